// Each layout on a tree with the names that the data set has.
#include "study/layout.h"

#include "base/error.h"
#include "study/fake_tree.h"
#include "study/label_scheme.h"

namespace brainmvp {
namespace {

using study::Findings;
using study::Notice;
using Lines = std::vector<std::string>;

std::string dataset_json(const std::string& channels, const std::string& labels) {
  return R"({"channel_names": )" + channels + R"(, "labels": )" + labels + R"(, "numTraining": 2, "file_ending": ".nii"})";
}

TEST(Layouts, BratsUpTo2021) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "PKG - RSNA/BraTS2021_Training_Data",
                   {"BraTS2021_00000/BraTS2021_00000_t1.nii", "BraTS2021_00000/BraTS2021_00000_t1ce.nii",
                    "BraTS2021_00000/BraTS2021_00000_t2.nii", "BraTS2021_00000/BraTS2021_00000_flair.nii",
                    "BraTS2021_00000/BraTS2021_00000_seg.nii",
                    // a folder nested in one of the same name, a file in a folder of its own name, newer ids with old endings
                    "BraTS2021_00002/BraTS2021_00002/BraTS2021_00002_t1.nii/BraTS2021_00002_t1.nii",
                    "BraTS2021_00002/BraTS2021_00002/BraTS2021_00002_t2.nii", "BraTS-GLI-00001-000/BraTS-GLI-00001-000-t1ce.nii",
                    "BraTS-GLI-00001-000/BraTS-GLI-00001-000-flair.nii",
                    // case 355 of BraTS 2020
                    "BraTS20_Training_355/BraTS20_Training_355_t1.nii", "BraTS20_Training_355/W39_1998.09.19_Segm.nii"});
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found),
            (Lines{"BraTS-GLI-00001-000: flair t1c", "BraTS2021_00000: flair t1 t1c t2 | BraTS2021_00000_seg.nii",
                   "BraTS2021_00002: t1 t2", "BraTS20_Training_355: t1 | W39_1998.09.19_Segm.nii"}));
  EXPECT_EQ(found.studies[1].study.dataset, "BraTS2021");
  EXPECT_EQ(found.studies[3].study.dataset, "BraTS2020");
  EXPECT_EQ(found.studies[1].layout, "brats_underscore");
  EXPECT_EQ(found.studies[1].schemes, Lines{std::string(study::kBrats2021)});
  EXPECT_EQ(found.studies[0].schemes.size(), 2U); // the endings do not tell which labels
  EXPECT_TRUE(found.skipped.empty());
}

TEST(Layouts, BratsFrom2023) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "ASNR-MICCAI-BraTS2023-MEN-Challenge-TrainingData",
                   {"BraTS-MEN-00004-000/BraTS-MEN-00004-000-t1n.nii", "BraTS-MEN-00004-000/BraTS-MEN-00004-000-t1c.nii",
                    "BraTS-MEN-00004-000/BraTS-MEN-00004-000-t2w.nii", "BraTS-MEN-00004-000/BraTS-MEN-00004-000-t2f.nii",
                    "BraTS-MEN-00004-000/BraTS-MEN-00004-000-seg.nii", "BraTS-MEN-00004-001/BraTS-MEN-00004-001-t1n.nii",
                    "BraTS-MEN-00004-001/BraTS-MEN-00004-001-t2f.nii"});
  test::put_images(folder / "BraTS-Africa/95_Glioma", {"BraTS-SSA-00002-000/BraTS-SSA-00002-000-t1c.nii"});
  const Findings found = test::find(folder.path(), "brats_hyphen");
  EXPECT_EQ(test::lines(found), (Lines{"BraTS-MEN-00004-000: flair t1 t1c t2 | BraTS-MEN-00004-000-seg.nii",
                                       "BraTS-MEN-00004-001: flair t1", "BraTS-SSA-00002-000: t1c"}));
  EXPECT_EQ(found.studies[2].study.class_name, "Glioma");
  EXPECT_EQ(found.studies[0].schemes, Lines{std::string(study::kBrats2023)});
  EXPECT_EQ(test::lines(test::find(folder.path())), test::lines(found)); // auto finds the same
}

TEST(Layouts, Brats2018TakesTheClassFromTheGradeFolder) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "MICCAI_BraTS_2018_Data_Training",
                   {"HGG/Brats18_2013_2_1/Brats18_2013_2_1_t1ce.nii", "HGG/Brats18_2013_2_1/Brats18_2013_2_1_seg.nii",
                    "LGG/Brats18_2013_0_1/Brats18_2013_0_1_t1.nii"});
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"Brats18_2013_2_1: t1c | Brats18_2013_2_1_seg.nii", "Brats18_2013_0_1: t1"}));
  EXPECT_EQ(found.studies[0].layout, "brats18_grade_dirs");
  EXPECT_EQ(found.studies[0].study.class_name, "HGG");
  EXPECT_EQ(found.studies[1].study.class_name, "LGG");
  EXPECT_EQ(found.studies[0].study.dataset, "BraTS2018");
}

TEST(Layouts, UcsfPdgm) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "UCSF-PDGM-v3",
                   {"UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_T1c.nii", "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_T1c_bias.nii",
                    "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_ADC.nii", "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_DTI_eddy_FA.nii",
                    "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_DTI_eddy_noreg.nii", "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_SWI.nii",
                    "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_brain_segmentation.nii",
                    "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_brain_parenchyma_segmentation.nii",
                    "UCSF-PDGM-0391_nifti/UCSF-PDGM-0391_tumor_segmentation.nii",
                    "UCSF-PDGM-0391_FU016d_nifti/UCSF-PDGM-0391_FU016d_FLAIR.nii"});
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"UCSF-PDGM-0391_FU016d: flair",
                                       "UCSF-PDGM-0391: t1c adc dti_fa swi | UCSF-PDGM-0391_tumor_segmentation.nii"}));
  EXPECT_EQ(found.studies[1].layout, "ucsf_nifti");
  EXPECT_EQ(test::skipped_by_reason(found).at("brain masks"), 2U);
  EXPECT_EQ(test::skipped_by_reason(found).at("bias-corrected copies"), 1U);
}

TEST(Layouts, IxiJoinsTheFoldersOfTheModalities) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"IXI/IXI-T1/IXI002-Guys-0828-T1.nii", "IXI/IXI-T2/IXI002-Guys-0828-T2.nii",
                                   "IXI/IXI-PD/IXI002-Guys-0828-PD.nii", "IXI/IXI-MRA/IXI002-Guys-0828-MRA.nii",
                                   "IXI/IXI-DTI/IXI002-Guys-0828-DTI-00.nii", "IXI/IXI-DTI/IXI002-Guys-0828-DTI-01.nii",
                                   "IXI/IXI-T1/IXI116-Guys-0700-T1.nii"});
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"IXI002-Guys-0828: t1 t2 mra pd", "IXI116-Guys-0700: t1"}));
  EXPECT_EQ(test::skipped_by_reason(found).at("volumes of diffusion series"), 2U);
  // The folders of the modalities given one by one make the same studies.
  Findings parts;
  for (const auto& root : study::list_folders({folder / "IXI/IXI-T1", folder / "IXI/IXI-T2"}, parts)) {
    study::find_studies(*root, Lines{"auto"}, study::ModalityTable::standard(), parts);
  }
  EXPECT_EQ(test::lines(parts), (Lines{"IXI002-Guys-0828: t1 t2", "IXI116-Guys-0700: t1"}));
}

TEST(Layouts, BidsWithSessionsRunsAndDerivatives) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "ds1",
                   {"sub-01/ses-1/anat/sub-01_ses-1_T1w.nii", "sub-01/ses-1/anat/sub-01_ses-1_run-2_T1w.nii",
                    "sub-01/ses-1/anat/sub-01_ses-1_ce-gadolinium_T1w.nii", "sub-01/ses-1/anat/sub-01_ses-1_FLAIR.nii",
                    "sub-01/ses-1/dwi/sub-01_ses-1_dwi.nii", "sub-01/ses-2/anat/sub-01_ses-2_T2w.nii",
                    "sub-01/ses-2/func/sub-01_ses-2_task-rest_bold.nii", "sub-02/anat/sub-02_PDw.nii",
                    "sub-02/anat/sub-02_angio.nii", "derivatives/lesions/sub-01/ses-1/anat/sub-01_ses-1_label-lesion_mask.nii",
                    "derivatives/lesions/sub-02/anat/sub-02_dseg.nii", "derivatives/prep/sub-02/anat/sub-02_desc-brain_mask.nii",
                    "derivatives/prep/sub-02/anat/sub-02_desc-preproc_T1w.nii"});
  test::write_text(folder / "ds1/sub-01/ses-1/dwi/sub-01_ses-1_dwi.bval", "0 1000\n");
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"sub-01_ses-1: flair t1 t1c | sub-01_ses-1_label-lesion_mask.nii", "sub-01_ses-2: t2",
                                       "sub-02: mra pd | sub-02_dseg.nii"}));
  EXPECT_EQ(found.studies[0].layout, "bids");
  EXPECT_EQ(found.studies[0].study.dataset, "ds1");
  EXPECT_EQ(found.studies[0].study.images[1].filename(), "sub-01_ses-1_T1w.nii");
  EXPECT_TRUE(test::notes(found.notices, Notice::Severity::kWarning, "not sub-01_ses-1_run-2_T1w.nii"));
  const auto skipped = test::skipped_by_reason(found);
  EXPECT_EQ(skipped.at("derivatives other than label maps"), 2U);
  EXPECT_EQ(skipped.at("diffusion series (a .bval file is beside them)"), 1U);
  EXPECT_EQ(skipped.at("files that layout bids does not use"), 1U);
  // A subject's folder by itself.
  EXPECT_EQ(test::lines(test::find(folder / "ds1/sub-02")), Lines{"sub-02: mra pd"});
}

TEST(Layouts, IslesInBothForms) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "ISLES-2022", {"sub-strokecase0001/ses-0001/anat/sub-strokecase0001_ses-0001_FLAIR.nii",
                                           "sub-strokecase0001/ses-0001/dwi/sub-strokecase0001_ses-0001_dwi.nii",
                                           "sub-strokecase0001/ses-0001/dwi/sub-strokecase0001_ses-0001_adc.nii",
                                           "derivatives/sub-strokecase0001/ses-0001/sub-strokecase0001_ses-0001_msk.nii"});
  test::put_images(folder / "challenge", {"rawdata/sub-strokecase0002/ses-0001/sub-strokecase0002_ses-0001_flair.nii",
                                          "rawdata/sub-strokecase0002/ses-0001/sub-strokecase0002_ses-0001_adc.nii",
                                          "derivatives/sub-strokecase0002/ses-0001/sub-strokecase0002_ses-0001_msk.nii"});
  test::put_images(folder / "flat", {"sub-strokecase0009/ses-0001/sub-strokecase0009_ses-0001_dwi.nii",
                                     "sub-strokecase0009/ses-0001/sub-strokecase0009_ses-0001_msk.nii"});
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"sub-strokecase0001_ses-0001: flair dwi adc | sub-strokecase0001_ses-0001_msk.nii",
                                       "sub-strokecase0002_ses-0001: flair adc | sub-strokecase0002_ses-0001_msk.nii",
                                       "sub-strokecase0009_ses-0001: dwi | sub-strokecase0009_ses-0001_msk.nii"}));
  EXPECT_EQ(found.studies[0].layout, "isles_bids");
  EXPECT_EQ(found.studies[1].layout, "isles_rawdata");
  EXPECT_EQ(found.studies[2].layout, "isles_bids");
  EXPECT_EQ(found.studies[1].study.dataset, "ISLES2022");
  EXPECT_TRUE(found.skipped.empty());
}

TEST(Layouts, NnunetRaw) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "Dataset042_X",
                   {"imagesTr/c_1_0000.nii", "imagesTr/c_1_0001.nii", "imagesTr/c_1_0002.nii", "imagesTr/c_2_0000.nii",
                    "imagesTr/stray.nii", "labelsTr/c_1.nii", "labelsTr/c_3.nii", "imagesTs/c_9_0001.nii"});
  test::write_text(folder / "Dataset042_X/dataset.json", dataset_json(R"({"0": "T1-Gd", "1": "FLAIR", "2": "CT"})",
                                                                      R"({"background": 0, "whole": [1, 2], "core": 2})"));
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"c_1: flair t1c | c_1.nii", "c_2: t1c", "c_9: flair"}));
  EXPECT_EQ(found.studies[2].study.split, study::Split::kTest);
  EXPECT_EQ(found.studies[0].study.dataset, "Dataset042_X");
  ASSERT_EQ(found.declared.size(), 1U);
  EXPECT_EQ(found.declared.begin()->second.regions.front().second, (std::vector<int>{1, 2}));
  EXPECT_TRUE(test::notes(found.notices, Notice::Severity::kWarning, "'CT'"));
  EXPECT_EQ(test::skipped_by_reason(found).at("images without a channel number (case_0000)"), 1U);
}

TEST(Layouts, NnunetRefusesWhatItCannotName) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "D", {"imagesTr/c_1_0000.nii"});
  test::write_text(folder / "D/dataset.json", dataset_json(R"({"0": "CT"})", "{}"));
  EXPECT_TRUE(test::notes(test::find(folder.path()).notices, Notice::Severity::kError, "no channel is a known modality"));
  test::write_text(folder / "D/dataset.json", "{\"labels\": ");
  EXPECT_TRUE(test::notes(test::find(folder.path()).notices, Notice::Severity::kError, "not valid JSON"));
  test::write_text(folder / "D/dataset.json", "{}");
  EXPECT_TRUE(test::notes(test::find(folder.path()).notices, Notice::Severity::kError, "channel_names"));
}

TEST(Layouts, MedicalSegmentationDecathlon) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "Task01_BrainTumour",
                   {"imagesTr/BRATS_001.nii", "imagesTr/._BRATS_001.nii", "labelsTr/BRATS_001.nii", "imagesTs/BRATS_485.nii"});
  test::write_text(
      folder / "Task01_BrainTumour/dataset.json",
      R"({"modality": {"0": "FLAIR", "1": "T1w", "2": "t1gd", "3": "T2w"}, "labels": {"0": "background", "1": "edema"}})");
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"BRATS_001: flair t1 t1c t2 | BRATS_001.nii", "BRATS_485: flair t1 t1c t2"}));
  EXPECT_EQ(found.studies[0].layout, "msd_4d");
  EXPECT_EQ(test::skipped_by_reason(found).at("AppleDouble companions (\"._*\")"), 1U);
}

TEST(Layouts, UpennMrbrainsAndSchwannoma) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "UPENN-GBM/NIfTI-files",
                   {"images_structural/UPENN-GBM-00001_11/UPENN-GBM-00001_11_T1.nii",
                    "images_structural/UPENN-GBM-00001_11/UPENN-GBM-00001_11_T1GD.nii",
                    "images_structural/UPENN-GBM-00001_11/old/UPENN-GBM-00001_11_T1.nii",
                    "images_segm/UPENN-GBM-00001_11_segm.nii", "automated_segm/UPENN-GBM-00001_11_automated_approx_segm.nii"});
  test::put_images(folder / "MRBrainS13DataNii",
                   {"TrainingData/1/T1.nii", "TrainingData/1/T1_IR.nii", "TrainingData/1/T2_FLAIR.nii",
                    "TrainingData/1/T1_1mm.nii", "TrainingData/1/LabelsForTraining.nii", "TrainingData/1/LabelsForTesting.nii",
                    "TestData/1/T1.nii", "TestData/1/T1_IR.nii", "TestData/1/T2_FLAIR.nii"});
  test::put_images(folder / "VS", {"vs_gk_1/vs_gk_t1_refT1.nii", "vs_gk_1/vs_gk_t2_refT2.nii", "vs_gk_1/vs_gk_seg_refT1.nii",
                                   "vs_gk_1/vs_gk_seg_refT2.nii"});
  test::put_images(folder / "cm", {"source_training/crossmoda_1_ceT1.nii", "source_training/crossmoda_1_Label.nii",
                                   "source_training/crossmoda_2_ceT1.nii", "target_training/crossmoda_106_hrT2.nii"});
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found),
            (Lines{"TestData_1: flair t1 t1_ir", "TrainingData_1: flair t1 t1_ir | LabelsForTraining.nii",
                   "UPENN-GBM-00001_11: t1 t1c | UPENN-GBM-00001_11_segm.nii", "vs_gk_1: t1c t2 | vs_gk_seg_refT1.nii",
                   "crossmoda_1: t1c | crossmoda_1_Label.nii", "crossmoda_2: t1c", "crossmoda_106: t2"}));
}

TEST(Layouts, SuffixTakesAnyFolderAndTheStudyIsTheFolder) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "openms", {"patient07/FLAIR.nii", "patient07/T1POST.nii", "patient07/gold.nii", "patient07/notes.nii",
                                       "patient12/study1_T1W.nii", "patient12/study1_T2W.nii", "patient13/study1_T1W.nii",
                                       "patient13/study2_T1W.nii", "patient13/study1_gold.nii", "patient13/study2_seg.nii"});
  test::put_images(folder / "stroke", {"T1.nii", "T2.nii", "T1.nii.gz"});
  const Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found),
            (Lines{"patient07: flair t1c | gold.nii", "patient12: t1 t2", "patient13_study1: t1 | study1_gold.nii",
                   "patient13_study2: t1 | study2_seg.nii", "stroke: t1 t2"}));
  EXPECT_EQ(found.studies[0].study.dataset, "openms");
  EXPECT_EQ(test::skipped_by_reason(found).size(), 1U); // notes.nii
  EXPECT_TRUE(test::notes(found.notices, Notice::Severity::kWarning, "T1.nii used, not T1.nii.gz"));
  EXPECT_EQ(test::lines(test::find(folder / "stroke")), Lines{"stroke: t1 t2"}); // the folder itself is the study
}

TEST(Layouts, AutoDetectsInEachPartOfATree) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"a/BraTS2021_00000/BraTS2021_00000_t1.nii", "b/sub-01/anat/sub-01_T1w.nii",
                                   "c/IXI-T1/IXI002-Guys-0828-T1.nii", "d/p1/T1.nii", "d/p1/seg.nii", "d/only_label/seg.nii"});
  const Findings found = test::find(folder.path());
  std::vector<std::string> names;
  for (const auto& one : found.studies) {
    names.push_back(one.layout);
  }
  EXPECT_EQ(names, (Lines{"brats_underscore", "bids", "ixi_by_modality", "suffix"}));
  EXPECT_EQ(found.skipped.size(), 1U);
}

TEST(Layouts, UnknownNamesAreRefusedWithTheNearest) {
  const test::TemporaryFolder folder;
  try {
    test::find(folder.path(), "brats_hyphn");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(error.message().find("brats_hyphen"), std::string::npos) << error.message();
  }
}

TEST(Layouts, EveryImageFileIsAccountedFor) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"x/what.nii", "x/y/sub-1_t1.nii", "z/sub-01/anat/sub-01_T1w.nii", "z/other/a.nii", "z/b.nii"});
  const Findings found = test::find(folder.path());
  std::size_t used = 0;
  for (const auto& one : found.studies) {
    used += one.study.images.size();
  }
  EXPECT_EQ(used + found.skipped.size(), 5U);
}

} // namespace
} // namespace brainmvp
