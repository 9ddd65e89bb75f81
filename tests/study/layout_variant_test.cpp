// The data sets of tasks as their own scripts, mirrors and archives write them, by names only.
#include <algorithm>

#include "base/error.h"
#include "study/fake_tree.h"
#include "study/task.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

study::Index variant_index(const fs::path& root, const std::string& task, bool unlabelled = false) {
  return study::index_studies({.inputs = {root}, .task = study::task(task), .unlabelled = unlabelled, .folds = 0});
}

TEST(LayoutVariants, VsSegRegisteredToEitherImage) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"vs_gk_1/vs_gk_t1_refT1.nii", "vs_gk_1/vs_gk_t2_refT1.nii", "vs_gk_1/vs_gk_seg_refT1.nii",
                                   "vs_gk_2/vs_gk_t1_refT2.nii", "vs_gk_2/vs_gk_t2_refT2.nii", "vs_gk_2/vs_gk_seg_refT2.nii",
                                   "vs_gk_3/vs_gk_t2_refT2.nii", "vs_gk_3/vs_gk_seg_refT2.nii"});
  EXPECT_EQ(test::lines(variant_index(folder.path(), "vsseg")),
            (Lines{"vs_gk_1: t1c t2 | vs_gk_seg_refT1.nii", "vs_gk_2: t1c t2 | vs_gk_seg_refT2.nii",
                   "vs_gk_3: t2 | vs_gk_seg_refT2.nii"}));
}

TEST(LayoutVariants, VsSegWithAllStructures) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(),
                   {"vs_gk_1/vs_gk_t1_refT1.nii", "vs_gk_1/vs_gk_t2_refT2.nii", "vs_gk_1/vs_gk_struc2_Cochlea_refT1.nii"});
  for (const char* name : {"vs_gk_1/vs_gk_struc1_TV_refT1.nii", "vs_gk_1/vs_gk_struc1_TV_refT2.nii"}) {
    test::write_text(folder / name, test::tiny_label());
  }
  const study::Index index = variant_index(folder.path(), "vsseg");
  EXPECT_EQ(test::lines(index), Lines{"vs_gk_1: t1c t2 | vs_gk_struc1_TV_refT1.nii"});
  EXPECT_TRUE(test::notes(index.notices, test::kWarning, "structure 1 is taken for the tumour"));
}

TEST(LayoutVariants, IslesNestedTwice) {
  const test::TemporaryFolder folder;
  const std::string inside = "sub-strokecase0001/ses-0001/";
  test::put_images(folder / "ISLES-2022", {"ISLES-2022/" + inside + "dwi/sub-strokecase0001_ses-0001_dwi.nii",
                                           "derivatives/" + inside + "sub-strokecase0001_ses-0001_msk.nii"});
  const study::Index index = variant_index(folder.path(), "isles22");
  EXPECT_EQ(test::lines(index), Lines{"sub-strokecase0001_ses-0001: dwi | sub-strokecase0001_ses-0001_msk.nii"});
  EXPECT_EQ(index.file.reference, "dwi");
}

TEST(LayoutVariants, UpennInOneFolderTakesTheExpertFirst) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"UPENN-GBM-00001_11_T1.nii", "UPENN-GBM-00001_11_T1GD.nii", "UPENN-GBM-00001_11_segm.nii",
                                   "UPENN-GBM-00001_11_automated_approx_segm.nii", "UPENN-GBM-00002_11_T1.nii",
                                   "UPENN-GBM-00002_11_automated_approx_segm.nii"});
  const study::Index index = variant_index(folder.path(), "upenn-gbm");
  EXPECT_EQ(test::lines(index), (Lines{"UPENN-GBM-00001_11: t1 t1c | UPENN-GBM-00001_11_segm.nii",
                                       "UPENN-GBM-00002_11: t1 | UPENN-GBM-00002_11_automated_approx_segm.nii"}));
  EXPECT_TRUE(test::notes(index.notices, test::kWarning, "automatic segmentations, which no expert has corrected"));
}

TEST(LayoutVariants, MetastasesOfUcsf) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"100101A/100101A_T1pre.nii", "100101A/100101A_T1post.nii", "100101A/100101A_FLAIR.nii",
                                   "100101A/100101A_BraTS-seg.nii", "100101A/100101A_seg.nii", "100101B/100101B_T1post.nii"});
  const study::Index index = variant_index(folder.path(), "brats2023-met");
  EXPECT_EQ(test::lines(index), (Lines{"100101A: flair t1 t1c | 100101A_BraTS-seg.nii", "100101B: t1c"}));
  EXPECT_EQ(study::patient_of(index.file.studies[1]), "100101");
}

TEST(LayoutVariants, AdhdOfTheAthenaPipeline) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "KKI", {"1018959/wssd1018959_session_1_anat.nii", "1018959/wmean_mrda1018959_session_1_rest_1.nii",
                                    "1018959/wssd1018959_session_1_anat_gm.nii"});
  const study::Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), Lines{"1018959_session_1: t1"});
  EXPECT_EQ(found.studies[0].study.patient, "1018959");
  EXPECT_EQ(found.skipped.size(), 2U);
}

TEST(LayoutVariants, AdhdOfAthenaIsJoinedWithItsTable) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "KKI", {"0010001/wssd0010001_session_1_anat.nii", "1018959/wssd1018959_session_1_anat.nii"});
  test::write_text(folder / "KKI/KKI_phenotypic.csv", "ScanDir ID,DX\n10001,0\n1018959,3\n"); // leading zeros are lost there
  const study::Index index = variant_index(folder.path(), "adhd200");
  ASSERT_EQ(index.file.studies.size(), 2U);
  EXPECT_EQ(index.file.studies[0].class_name, "TDC");
  EXPECT_EQ(index.file.studies[1].class_name, "ADHD");
}

TEST(LayoutVariants, AdniInOneFolder) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"ADNI_011_S_0021_MR_MPRAGE_br_raw_20151103153005_154_S299478_I543543.nii",
                                   "ADNI_011_S_0021_MR_MPRAGE_br_raw_20161103153005_154_S299479_I543600.nii",
                                   "ADNI_002_S_0295_MR_MPRAGE_br_raw_20070418082030_154_S13408_I13722.nii"});
  const study::Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"002_S_0295_I13722: t1", "011_S_0021_I543543: t1", "011_S_0021_I543600: t1"}));
  EXPECT_EQ(study::patient_of(found.studies[2].study), "011_S_0021");
}

TEST(LayoutVariants, TheReportShowsTheReferencesGrid) {
  const test::TemporaryFolder folder;
  const std::string stem = folder / "sub-strokecase0001/ses-0001/";
  test::write_text(stem + "dwi/sub-strokecase0001_ses-0001_dwi.nii", test::tiny_image(4));
  test::write_text(stem + "anat/sub-strokecase0001_ses-0001_FLAIR.nii", test::tiny_image(6)); // a larger field of view
  EXPECT_EQ(variant_index(folder.path(), "isles22", true).facts.at(0).reference.size, (image::Size{4, 4, 4}));
  EXPECT_EQ(study::index_studies({.inputs = {folder.path()}}).facts.at(0).reference.size, (image::Size{6, 6, 6}));
}

TEST(LayoutVariants, ATaskWithoutAnyLabelIsRefused) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"vs_gk_1/vs_gk_t1_refT1.nii"});
  try {
    variant_index(folder.path(), "vsseg");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("--unlabelled"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("vs_gk_1/vs_gk_t1_refT1"), std::string::npos) << error.message();
  }
  EXPECT_EQ(test::lines(variant_index(folder.path(), "vsseg", true)), Lines{"vs_gk_1: t1c"});
}

TEST(LayoutVariants, VsSegInBids) {
  const test::TemporaryFolder folder;
  const std::string masks = "derivatives/manual_segmentation_masks_of_";
  const std::string mask = "_space-individual_desc-tumor_mask.nii";
  test::put_images(folder.path(), {"sub-001/anat/sub-001_T1w.nii", "sub-001/anat/sub-001_T2w.nii",
                                   "derivatives/T2w_registered_to_T1w/sub-001/anat/sub-001_space-individual_T2w.nii",
                                   "derivatives/T1w_registered_to_T2w/sub-001/anat/sub-001_space-individual_T1w.nii",
                                   masks + "T1w/sub-001/anat/sub-001" + mask, masks + "T2w/sub-001/anat/sub-001" + mask,
                                   "sub-002/anat/sub-002_T1w.nii", "sub-002/anat/sub-002_T2w.nii",
                                   masks + "T2w/sub-002/anat/sub-002" + mask, "sub-003/anat/sub-003_T2w.nii",
                                   masks + "T1w/sub-003/anat/sub-003" + mask, masks + "T2w/sub-003/anat/sub-003" + mask});
  const study::Index index = variant_index(folder.path(), "vsseg");
  EXPECT_EQ(test::lines(index),
            (Lines{"sub-001: t1c t2 | sub-001" + mask, "sub-002: t1c t2 | sub-002" + mask, "sub-003: t2 | sub-003" + mask}));
  const auto in = [](const fs::path& file, const char* part) { return file.string().find(part) != std::string::npos; };
  EXPECT_TRUE(in(*index.file.studies[0].label, "masks_of_T1w"));
  EXPECT_TRUE(in(index.file.studies[0].images[0], "sub-001/anat/sub-001_T1w")) << index.file.studies[0].images[0];
  EXPECT_TRUE(in(index.file.studies[0].images[1], "T2w_registered_to_T1w")) << index.file.studies[0].images[1];
  EXPECT_TRUE(in(*index.file.studies[1].label, "masks_of_T2w"));
  EXPECT_TRUE(in(*index.file.studies[2].label, "masks_of_T2w"));
  EXPECT_TRUE(std::ranges::any_of(index.skipped, [](const study::Skipped& one) {
    return one.reason == "the same label on the grid of the other image (that of T1w is used)";
  }));
}

TEST(LayoutVariants, VsSegInBidsByItsDescriptionOnly) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"sub-001/anat/sub-001_T1w.nii"});
  EXPECT_TRUE(variant_index(folder.path(), "vsseg", true).file.studies.empty()); // any tree in BIDS
  EXPECT_EQ(test::lines(test::find(folder.path())), Lines{"sub-001: t1"});
  test::write_text(folder / "dataset_description.json", R"({"Name": "Vestibular-Schwannoma-SEG, annotated"})");
  EXPECT_EQ(test::lines(variant_index(folder.path(), "vsseg", true)), Lines{"sub-001: t1c"});
  EXPECT_EQ(test::lines(test::find(folder.path())), Lines{"sub-001: t1c"});
}

TEST(LayoutVariants, FoldersOfTheSameNameInEachOther) {
  const test::TemporaryFolder folder;
  const auto twice = [&](const std::string& set, const std::string& below, std::initializer_list<std::string> names) {
    test::put_images(folder / (set + "/" + set + "/" + below), names);
  };
  twice("ped", "BraTS-PED-00002-000", {"BraTS-PED-00002-000-t1n.nii", "BraTS-PED-00002-000-seg.nii"});
  twice("met", "BraTS-MET-00086-000", {"BraTS-MET-00086-000-t1c.nii", "BraTS-MET-00086-000-seg.nii"});
  twice("upenn", "images_structural/UPENN-GBM-00001_11", {"UPENN-GBM-00001_11_T1.nii"});
  twice("upenn", "images_segm", {"UPENN-GBM-00001_11_segm.nii"});
  twice("mrbrains", "TrainingData/1", {"T1.nii", "T1_IR.nii", "T2_FLAIR.nii", "LabelsForTraining.nii"});
  twice("vs", "vs_gk_1", {"vs_gk_t1_refT1.nii", "vs_gk_seg_refT1.nii"});
  twice("isles", "rawdata/sub-strokecase0001/ses-0001", {"sub-strokecase0001_ses-0001_dwi.nii"});
  twice("isles", "derivatives/sub-strokecase0001/ses-0001", {"sub-strokecase0001_ses-0001_msk.nii"});
  twice("grades", "HGG/Brats18_2013_2_1", {"Brats18_2013_2_1_t1ce.nii"});
  twice("adni", "011_S_0021/MPRAGE/2015-11-03_15_30_05.0/I543543",
        {"ADNI_011_S_0021_MR_MPRAGE_br_raw_1_154_S299478_I543543.nii"});
  const auto found = [&](const std::string& set) { return test::lines(test::find(fs::path(folder / set))); };
  EXPECT_EQ(found("ped"), Lines{"BraTS-PED-00002-000: t1 | BraTS-PED-00002-000-seg.nii"});
  EXPECT_EQ(found("met"), Lines{"BraTS-MET-00086-000: t1c | BraTS-MET-00086-000-seg.nii"});
  EXPECT_EQ(found("upenn"), Lines{"UPENN-GBM-00001_11: t1 | UPENN-GBM-00001_11_segm.nii"});
  EXPECT_EQ(found("mrbrains"), Lines{"TrainingData_1: flair t1 t1_ir | LabelsForTraining.nii"});
  EXPECT_EQ(found("vs"), Lines{"vs_gk_1: t1c | vs_gk_seg_refT1.nii"});
  EXPECT_EQ(found("isles"), Lines{"sub-strokecase0001_ses-0001: dwi | sub-strokecase0001_ses-0001_msk.nii"});
  EXPECT_EQ(found("grades"), Lines{"Brats18_2013_2_1: t1c"});
  EXPECT_EQ(found("adni"), Lines{"011_S_0021_I543543: t1"});
}

} // namespace
} // namespace brainmvp
