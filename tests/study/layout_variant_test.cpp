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

TEST(LayoutVariants, AdniInOneFolder) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"ADNI_011_S_0021_MR_MPRAGE_br_raw_20151103153005_154_S299478_I543543.nii",
                                   "ADNI_011_S_0021_MR_MPRAGE_br_raw_20161103153005_154_S299479_I543600.nii",
                                   "ADNI_002_S_0295_MR_MPRAGE_br_raw_20070418082030_154_S13408_I13722.nii"});
  const study::Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"002_S_0295_I13722: t1", "011_S_0021_I543543: t1", "011_S_0021_I543600: t1"}));
  EXPECT_EQ(study::patient_of(found.studies[2].study), "011_S_0021");
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
  test::put_images(folder.path(), {"sub-001/anat/sub-001_T1w.nii", "sub-001/anat/sub-001_T2w.nii",
                                   "derivatives/T2w_registered_to_T1w/sub-001/anat/sub-001_space-individual_T2w.nii",
                                   masks + "T1w/sub-001/anat/sub-001_space-individual_desc-tumor_mask.nii",
                                   masks + "T2w/sub-001/anat/sub-001_space-individual_desc-tumor_mask.nii"});
  const study::Index index = variant_index(folder.path(), "vsseg");
  ASSERT_EQ(index.file.studies.size(), 1U);
  ASSERT_TRUE(index.file.studies[0].label);
  EXPECT_NE(index.file.studies[0].label->string().find("masks_of_T1w"), std::string::npos);
}

} // namespace
} // namespace brainmvp
