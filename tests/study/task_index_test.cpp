// `index --task` on trees with the exact names of the ten data sets, traps included.
#include <algorithm>
#include <set>

#include "base/error.h"
#include "study/fake_tree.h"
#include "study/task.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using study::Index;
using study::Notice;
using Lines = std::vector<std::string>;

Index index_of(const fs::path& root, const std::string& task, const std::string& classes_from = "") {
  return study::index_studies({.inputs = {root}, .task = study::task(task), .classes_from = classes_from, .folds = 0});
}

// "id: class" of each study.
Lines classes(const Index& index) {
  Lines texts;
  for (const study::Study& one : index.file.studies) {
    texts.push_back(one.id + ": " + one.class_name.value_or("-"));
  }
  return texts;
}

Lines patients(const Index& index) {
  Lines names;
  for (const study::Study& one : index.file.studies) {
    names.push_back(study::patient_of(one));
  }
  return names;
}

bool warns(const Index& index, const std::string& text) { return test::notes(index.notices, Notice::Severity::kWarning, text); }

bool skips(const Index& index, const std::string& reason) {
  return std::ranges::any_of(index.skipped,
                             [&](const study::Skipped& one) { return one.reason.find(reason) != std::string::npos; });
}

void put_case(const fs::path& folder, const std::string& separator, const Lines& endings) {
  for (const std::string& ending : endings) {
    test::put_images(folder, {folder.filename().string() + separator + ending + ".nii"});
  }
}

const Lines kNew{"t1n", "t1c", "t2w", "t2f", "seg"};
const Lines kOld{"t1", "t1ce", "t2", "flair", "seg"};

TEST(TaskIndex, BratsPed) {
  const test::TemporaryFolder folder;
  const fs::path data = folder / "ASNR-MICCAI-BraTS2023-PED-Challenge-TrainingData";
  put_case(data / "BraTS-PED-00002-000", "-", kNew);
  put_case(folder / "ASNR-MICCAI-BraTS2023-PED-Challenge-ValidationData/BraTS-PED-00003-000", "-", {"t1n", "t1c", "t2w"});
  const Index index = index_of(folder.path(), "brats2023-ped");
  EXPECT_EQ(test::lines(index),
            (Lines{"BraTS-PED-00002-000: flair t1 t1c t2 | BraTS-PED-00002-000-seg.nii", "BraTS-PED-00003-000: t1 t1c t2"}));
  EXPECT_EQ(index.file.table.regions, study::task("brats2023-ped").table.regions);
  EXPECT_TRUE(warns(index, "modalities of the task that a study lacks"));
  // Labels of another edition: 4 was ET up to 2021.
  test::write_text(data / "BraTS-PED-00002-000/BraTS-PED-00002-000-seg.nii", test::tiny_label({1, 4, 4, 4}));
  const Index wrong = index_of(folder.path(), "brats2023-ped");
  EXPECT_EQ(wrong.undeclared_labels, 1U);
  EXPECT_TRUE(test::notes(wrong.notices, Notice::Severity::kError, "BraTS-PED-00002-000-seg.nii: holds 4 in 3 voxels"));
}

TEST(TaskIndex, BratsMetPatientsHaveSeveralVisits) {
  const test::TemporaryFolder folder;
  put_case(folder / "ASNR-MICCAI-BraTS2023-MET-Challenge-TrainingData/BraTS-MET-00086-000", "-", kNew);
  put_case(folder / "ASNR-MICCAI-BraTS2023-MET-Challenge-TrainingData_Additional/BraTS-MET-00086-001", "-", kNew);
  EXPECT_EQ(patients(index_of(folder.path(), "brats2023-met")), (Lines{"BraTS-MET-00086", "BraTS-MET-00086"}));
}

TEST(TaskIndex, IslesInBothForms) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "ISLES-2022", {"sub-strokecase0001/ses-0001/anat/sub-strokecase0001_ses-0001_FLAIR.nii",
                                           "sub-strokecase0001/ses-0001/dwi/sub-strokecase0001_ses-0001_dwi.nii",
                                           "sub-strokecase0001/ses-0001/dwi/sub-strokecase0001_ses-0001_adc.nii",
                                           "derivatives/sub-strokecase0001/ses-0001/sub-strokecase0001_ses-0001_msk.nii"});
  test::put_images(folder / "challenge", {"rawdata/sub-strokecase0002/ses-0001/sub-strokecase0002_ses-0001_flair.nii",
                                          "derivatives/sub-strokecase0002/ses-0001/sub-strokecase0002_ses-0001_msk.nii"});
  test::write_text(folder / "ISLES-2022/derivatives/sub-strokecase0001/ses-0001/sub-strokecase0001_ses-0001_msk.nii",
                   test::tiny_label({})); // three of the masks are empty
  const Index index = index_of(folder.path(), "isles22");
  EXPECT_EQ(test::lines(index), (Lines{"sub-strokecase0001_ses-0001: flair dwi adc | sub-strokecase0001_ses-0001_msk.nii",
                                       "sub-strokecase0002_ses-0001: flair | sub-strokecase0002_ses-0001_msk.nii"}));
  EXPECT_EQ(patients(index)[0], "sub-strokecase0001");
}

TEST(TaskIndex, MrbrainsHasEightLabelsForTraining) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "MRBrainS13DataNii",
                   {"TrainingData/1/T1.nii", "TrainingData/1/T1_IR.nii", "TrainingData/1/T2_FLAIR.nii",
                    "TrainingData/1/T1_1mm.nii", "TrainingData/1/LabelsForTesting.nii", "TestData/1/T1.nii",
                    "TestData/1/T1_IR.nii", "TestData/1/T2_FLAIR.nii"});
  test::write_text(folder / "MRBrainS13DataNii/TrainingData/1/LabelsForTraining.nii", test::tiny_label({1, 2, 3, 4, 5, 6, 7, 8}));
  const Index index = index_of(folder.path(), "mrbrains13");
  EXPECT_EQ(test::lines(index), (Lines{"TestData_1: flair t1 t1_ir", "TrainingData_1: flair t1 t1_ir | LabelsForTraining.nii"}));
  EXPECT_EQ(index.undeclared_labels, 0U);
  EXPECT_TRUE(skips(index, "copies on another grid"));
}

TEST(TaskIndex, VsSegConvertedAndInDicom) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "VS-SEG-001/07-22-1991-NA-NA-58264/2.000000-t1_mpr_tra_gk_v4-52600/1-001.dcm", "x");
  test::write_text(folder / "VS-SEG-001/contours.json", "{}");
  const Index dicom = index_of(folder.path(), "vsseg");
  EXPECT_TRUE(dicom.file.studies.empty());
  EXPECT_TRUE(skips(dicom, "exams of VS-SEG in DICOM"));
  EXPECT_EQ(dicom.skipped.size(), 1U);
  test::put_images(folder.path(), {"vs_gk_1/vs_gk_t1_refT1.nii", "vs_gk_1/vs_gk_t2_refT2.nii", "vs_gk_1/vs_gk_seg_refT1.nii",
                                   "vs_gk_1/vs_gk_seg_refT2.nii"});
  EXPECT_EQ(test::lines(index_of(folder.path(), "vsseg")), Lines{"vs_gk_1: t1c t2 | vs_gk_seg_refT1.nii"});
}

TEST(TaskIndex, UpennTakesExpertMasksAndNoOldImages) {
  const test::TemporaryFolder folder;
  const fs::path data = folder / "UPENN-GBM/NIfTI-files";
  for (const char* id : {"UPENN-GBM-00260_11", "UPENN-GBM-00260_21"}) {
    put_case(data / "images_structural" / id, "_", {"T1", "T1GD", "T2", "FLAIR"});
  }
  test::put_images(data,
                   {"images_structural/UPENN-GBM-00260_11/old/UPENN-GBM-00260_11_T1.nii",
                    "images_segm/UPENN-GBM-00260_11_segm.nii", "automated_segm/UPENN-GBM-00260_11_automated_approx_segm.nii",
                    "automated_segm/UPENN-GBM-00260_21_automated_approx_segm.nii"});
  test::write_text(data / "images_segm/UPENN-GBM-00260_11_segm.nii", test::tiny_label({1, 2, 4}));
  const Index index = index_of(folder.path(), "upenn-gbm");
  EXPECT_EQ(test::lines(index), (Lines{"UPENN-GBM-00260_11: flair t1 t1c t2 | UPENN-GBM-00260_11_segm.nii",
                                       "UPENN-GBM-00260_21: flair t1 t1c t2 | UPENN-GBM-00260_21_automated_approx_segm.nii"}));
  EXPECT_TRUE(warns(index, "automatic segmentations, which no expert has corrected"));
  EXPECT_EQ(patients(index), (Lines{"UPENN-GBM-00260", "UPENN-GBM-00260"}));
  EXPECT_EQ(index.undeclared_labels, 0U);
}

TEST(TaskIndex, Brats2018TakesTheGradeFromTheFolder) {
  const test::TemporaryFolder folder;
  put_case(folder / "MICCAI_BraTS_2018_Data_Training/HGG/Brats18_2013_2_1", "_", kOld);
  put_case(folder / "MICCAI_BraTS_2018_Data_Training/LGG/Brats18_2013_0_1", "_", kOld);
  test::write_text(folder / "MICCAI_BraTS_2018_Data_Training/survival_data.csv", "BraTS18ID,Age\nBrats18_2013_2_1,60\n");
  const Index index = index_of(folder.path(), "brats2018");
  EXPECT_EQ(classes(index), (Lines{"Brats18_2013_2_1: HGG", "Brats18_2013_0_1: LGG"}));
  EXPECT_EQ(index.file.table.classes, (Lines{"LGG", "HGG"}));
  EXPECT_FALSE(index.file.table.labels.empty()); // the grades come with old BraTS labels
}

TEST(TaskIndex, AdniIsJoinedByImageId) {
  const test::TemporaryFolder folder;
  const std::string visit = "ADNI1_Complete 1Yr 1.5T/ADNI/011_S_0021/";
  test::put_images(
      folder.path(),
      {visit + "MP-RAGE/2005-11-02_10_03_11.0/I8701/ADNI_011_S_0021_MR_MP-RAGE_br_raw_20051103_154_S9806_I8701.nii",
       visit + "MPR__GradWarp__B1_Correction__N3__Scaled/2005-11-02_10_03_11.0/I65206/ADNI_011_S_0021_MR_MPR_Scaled_I65206.nii",
       visit + "MPR-R__GradWarp__B1_Correction__N3__Scaled/2005-11-02_10_20_11.0/I65300/ADNI_011_S_0021_MR_MPR-R_I65300.nii",
       visit + "MPR__GradWarp__B1_Correction__Mask/2005-11-02_10_03_11.0/I65207/ADNI_011_S_0021_MR_Mask_I65207.nii",
       visit + "MP-RAGE/2006-05-01_09_00_00.0/S100/I9000/ADNI_011_S_0021_MR_MP-RAGE_S100_I9000.nii"});
  test::write_text(folder / "ADNI/002_S_0295/MPRAGE/2006-04-18_08_20_30.0/I13722/ADNI_002_S_0295_MR_MPRAGE_S13408_I13722.dcm",
                   "x");
  test::put_images(folder / "ADNI/002_S_0295/MPRAGE/2007-04-18_08_20_30.0/I50000", {"ADNI_002_S_0295_MR_MPRAGE_I50000.nii"});
  test::write_text(folder / "collection.csv", "\"Image Data ID\",\"Subject\",\"Group\"\n\"I65206\",\"011_S_0021\",\"CN\"\n"
                                              "\"9000\",\"011_S_0021\",\"CN\"\n\"I50000\",\"002_S_0295\",\"EMCI\"\n");
  const Index index = index_of(folder.path(), "adni");
  EXPECT_EQ(classes(index), (Lines{"002_S_0295_I50000: MCI", "011_S_0021_I65206: CN", "011_S_0021_I9000: CN"}));
  EXPECT_EQ(patients(index), (Lines{"002_S_0295", "011_S_0021", "011_S_0021"}));
  EXPECT_TRUE(skips(index, "folders of DICOM files, which are not read (convert them: dcm2niix"));
  EXPECT_TRUE(skips(index, "other copies of an image of the day"));
  EXPECT_TRUE(skips(index, "series that are no known modality"));
  fs::remove(folder / "collection.csv");
  try {
    index_of(folder.path(), "adni");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("--classes-from"), std::string::npos);
  }
}

TEST(TaskIndex, AdhdInBothForms) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "RawDataBIDS",
                   {"WashU/sub-0015001/ses-2/anat/sub-0015001_ses-2_T1w.nii", // not every first session is there
                    "WashU/sub-0015001/ses-2/func/sub-0015001_ses-2_task-rest_bold.nii",
                    "Peking_3/sub-1050345/ses-1/anat/sub-1050345_ses-1_acq-2_T1w.nii",
                    "Peking_3/sub-1050345/ses-1/anat/sub-1050345_ses-1_acq-1_T1w.nii",
                    "Brown/sub-0026001/ses-1/anat/sub-0026001_ses-1_T1w.nii"});
  test::put_images(folder / "old/KKI", {"1018959/session_1/anat_1/mprage.nii", "1018959/session_1/rest_1/rest.nii",
                                        "1019436/session_1/anat_1/mprage.nii", "1019436/session_1/anat_2/mprage.nii",
                                        "1019436/session_2/anat_1/mprage.nii"});
  test::write_text(folder / "WashU_phenotypic.csv", "ScanDir ID,DX,Secondary Dx \n15001,0,\n15019,0,\n");
  test::write_text(folder / "KKI_TestRelease_phenotypic.csv", "ScanDir ID,DX\n1018959,N/A\n1019436,3\n");
  test::write_text(folder / "allSubs_testSet_phenotypic_dx.csv",
                   "Site,ID,DX\nKKI,1018959,2\nBrown,26001,pending\nPeking,1050345,Typically Developing Children\n");
  const Index index = index_of(folder.path(), "adhd200");
  EXPECT_EQ(classes(index), (Lines{"sub-0026001_ses-1: -", "sub-1050345_ses-1: TDC", "sub-0015001_ses-2: TDC", "1018959: ADHD",
                                   "1019436_session_1: ADHD", "1019436_session_2: ADHD"}));
  EXPECT_EQ(patients(index)[4], "1019436");
  EXPECT_EQ(index.file.studies[1].images[0].filename(), "sub-1050345_ses-1_acq-1_T1w.nii");
  EXPECT_TRUE(warns(index, "1 study has the value 'pending', which is no class: sub-0026001_ses-1"));
  EXPECT_TRUE(warns(index, "1 row of the tables has no study: 15019"));
}

TEST(TaskIndex, AbideWithSidecardsAndTheOldTree) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "ABIDE",
                   {"RawDataBIDS/CMU_a/sub-0050642/anat/sub-0050642_T1w.nii",
                    "RawDataBIDS/CMU_a/sub-0050642/func/sub-0050642_task-rest_run-1_bold.nii",
                    "RawDataBIDS/CMU_a/sub-0050646/anat/sub-0050646_T1w.nii", "Caltech/0051456/session_1/anat_1/mprage.nii"});
  test::write_text(folder / "ABIDE/sidecards/CMU_a/sub-0050642/anat/sub-0050642_T1w.json", "{}");
  test::write_text(folder / "ABIDE/Phenotypic_V1_0b.csv",
                   "SITE_ID,SUB_ID,DX_GROUP,SEX\nCMU,50642,2,1\nCMU,50646,1,-9999\nCALTECH,51456,,1\nPITT,50002,1,1\n");
  const Index index = index_of(folder.path(), "abide1");
  EXPECT_EQ(classes(index), (Lines{"0051456: -", "sub-0050642: control", "sub-0050646: ASD"}));
  EXPECT_EQ(index.file.table.classes, (Lines{"control", "ASD"}));
}

TEST(TaskIndex, ClassesOfAnotherTableAndFolds) {
  const test::TemporaryFolder folder;
  std::string rows = "subject,dx\n";
  for (int i = 10; i < 30; ++i) {
    const std::string id = "sub-" + std::to_string(i);
    test::put_images(folder.path(), {"site/" + id + "/anat/" + id + "_T1w.nii"});
    rows += std::to_string(i) + (i < 20 ? ",1\n" : i < 28 ? ",2\n" : ",\n");
  }
  test::write_text(folder / "own.csv", rows);
  const Index index = study::index_studies(
      {.inputs = {folder.path()}, .task = study::task("abide1"), .classes_from = (folder / "own.csv").string() + ":dx"});
  std::map<std::string, std::set<int>> folds;
  for (const study::Study& one : index.file.studies) {
    EXPECT_EQ(one.fold.has_value(), one.class_name.has_value());
    if (one.fold) {
      folds[*one.class_name].insert(*one.fold);
    }
  }
  EXPECT_EQ(folds["ASD"], (std::set<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(folds["control"], (std::set<int>{0, 1, 2, 3, 4}));
}

TEST(TaskIndex, FoldsOfFewPatients) {
  const test::TemporaryFolder folder;
  put_case(folder / "BraTS-PED-00001-000", "-", kNew);
  put_case(folder / "BraTS-PED-00002-000", "-", kNew);
  const study::IndexOptions options{.inputs = {folder.path()}, .task = study::task("brats2023-ped")};
  EXPECT_TRUE(warns(study::index_studies(options), "5 folds and there are 2 patients"));
  study::IndexOptions two = options;
  two.folds = 2;
  const Index index = study::index_studies(two);
  EXPECT_NE(index.file.studies[0].fold, index.file.studies[1].fold);
  two.folds = 3;
  EXPECT_THROW(study::index_studies(two), Error);
}

} // namespace
} // namespace brainmvp
