// Whose files are whose: patients, visits, splits.
#include "study/fake_tree.h"
#include "study/folds.h"
#include "study/index.h"

namespace brainmvp {
namespace {

using study::Index;
using test::kError;
using test::kWarning;
using Lines = std::vector<std::string>;

Index index_at(const std::filesystem::path& root) {
  return study::index_studies({.inputs = {root}, .depth = study::Depth::kHeader, .folds = std::nullopt});
}

Lines patients_at(const std::filesystem::path& root) {
  Lines names;
  for (const study::Study& one : index_at(root).file.studies) {
    names.push_back(study::patient_of(one));
  }
  return names;
}

TEST(Patients, OfAFlatFolderAreToldApart) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "two", {"patientA_t1.nii", "patientB_flair.nii", "patientA_seg.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "two")), (Lines{"two_patientA: t1 | patientA_seg.nii", "two_patientB: flair"}));
  test::put_images(folder / "stray", {"t1.nii", "pat0_t1.nii", "pat0_flair.nii", "pat1_t1.nii", "pat1_flair.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "stray")), (Lines{"stray: t1", "stray_pat0: flair t1", "stray_pat1: flair t1"}));
}

TEST(Patients, OfNamesWithTwoModalitiesAreOneStudy) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "d", {"p1_DWI_ADC.nii", "p1_DWI_b1000.nii", "p1_T1.nii", "p2_DWI_ADC.nii", "p2_T1.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "d")), (Lines{"d_p1: t1 dwi adc", "d_p2: t1 adc"}));
  test::put_images(folder / "own", {"p1/p1_DWI_ADC.nii", "p1/p1_T1.nii", "p2/p2_mprage_t1.nii", "p2/p2_flair.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "own")), (Lines{"p1: t1 adc", "p2: flair t1"}));
}

TEST(Patients, AfterTheModalityAreToldApart) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "d", {"T1_001.nii", "FLAIR_001.nii", "T1_002.nii", "FLAIR_002.nii", "seg_001.nii", "T1_002_seg.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "d")), (Lines{"d_001: flair t1 | seg_001.nii", "d_002: flair t1 | T1_002_seg.nii"}));
  test::put_images(folder / "study", {"brats_t1_01.nii", "brats_flair_01.nii", "brats_t1_02.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "study")), (Lines{"study_brats_01: flair t1", "study_brats_02: t1"}));
  test::put_images(folder / "m", {"T1/T1_001.nii", "T1/T1_002.nii", "FLAIR/FLAIR_001.nii", "seg/seg_002.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "m")), (Lines{"001: flair t1", "002: t1 | seg_002.nii"}));
}

TEST(Patients, AfterTheModalityWithTwoReadingsAreRefused) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "a", {"T1_001.nii", "FLAIR_002.nii"});
  test::put_images(folder / "b", {"study_T1_001.nii", "study_FLAIR_002.nii"});
  test::put_images(folder / "c", {"T1_1.nii", "FLAIR_1.nii", "T1_2.nii", "FLAIR_2.nii"}); // patients or runs
  test::put_images(folder / "e", {"T1/T1_001.nii", "FLAIR/FLAIR_002.nii"});
  for (const char* name : {"a", "b", "c", "e"}) {
    const Index found = index_at(folder / name);
    EXPECT_TRUE(found.file.studies.empty()) << name;
    EXPECT_TRUE(test::notes(found.notices, kError, "one study, or studies of the patients")) << name;
  }
  test::put_images(folder / "p1", {"p1_T1_301.nii", "p1_FLAIR_402.nii"});
  test::put_images(folder / "p2", {"T1_3.nii", "FLAIR_12.nii"});
  test::put_images(folder / "p3", {"t1_mprage_p2_iso.nii", "t2_tse_p3.nii", "T1_run-2.nii", "T2_run-2.nii"});
  for (const auto& [name, expected] : {std::pair("p1", "p1: flair t1"), {"p2", "p2: flair t1"}, {"p3", "p3: t1 t2"}}) {
    EXPECT_EQ(test::lines(index_at(folder / name)), Lines{expected});
  }
  EXPECT_TRUE(test::notes(index_at(folder / "p2").notices, kWarning, "taken as those of one study's series"));
}

TEST(Patients, NamesWithTwoReadingsAreRefused) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "set", {"john_t1.nii", "mary_flair.nii"});
  const Index found = index_at(folder / "set");
  EXPECT_TRUE(found.file.studies.empty());
  EXPECT_TRUE(test::notes(found.notices, kError, "one study, or studies of the patients john, mary"));
  test::put_images(folder / "planes", {"AX_t1.nii", "SAG_3D_flair.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "planes")), Lines{"planes: flair t1"});
}

TEST(Patients, ALabelOfAnotherPatientIsLeftOut) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "set", {"patientA_t1.nii", "patientA_flair.nii", "patientB_seg.nii"});
  test::put_images(folder / "patient07", {"t1.nii", "patient08_seg.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "set")), Lines{"set: flair t1"});
  EXPECT_TRUE(test::notes(index_at(folder / "set").notices, kWarning, "fits no study of its folder"));
  EXPECT_EQ(test::lines(index_at(folder / "patient07")), Lines{"patient07: t1"});
}

TEST(Patients, VisitsAreOfTheFolderAboveThem) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "a", {"RHUH-0001/0/RHUH-0001_0_t1.nii", "RHUH-0001/1/RHUH-0001_1_t1.nii"});
  EXPECT_EQ(patients_at(folder / "a"), (Lines{"RHUH-0001", "RHUH-0001"}));
  test::put_images(folder / "b", {"p1/baseline/t1.nii", "p1/m12/t1.nii", "p1/2015-11-03/t1.nii"});
  EXPECT_EQ(patients_at(folder / "b"), (Lines{"p1", "p1", "p1"}));
  test::put_images(folder / "c", {"patient01/study1_t1.nii", "patient01/study2_t1.nii"});
  EXPECT_EQ(patients_at(folder / "c"), (Lines{"patient01", "patient01"}));
  test::put_images(folder / "d", {"site1/1/t1.nii", "site1/2/t1.nii"});
  EXPECT_EQ(patients_at(folder / "d"), (Lines{"1", "2"}));
}

TEST(Patients, IdsWithoutTheirVisit) {
  const auto of = [](const char* id) { return study::patient_of({.id = id}); };
  EXPECT_EQ(of("PatientID_0003_Timepoint_1"), "PatientID_0003");
  EXPECT_EQ(of("OAS1_0001_MR1"), "OAS1_0001");
  EXPECT_EQ(of("RHUH-0001_0"), "RHUH-0001");
  EXPECT_EQ(of("p1_tp2"), "p1");
  EXPECT_EQ(of("p1_2015-11-03"), "p1");
  EXPECT_EQ(of("baseline_p1"), "p1");
  EXPECT_EQ(of("pat_12"), "pat_12");
  EXPECT_EQ(of("BRATS_001"), "BRATS_001");
  EXPECT_EQ(of("BraTS20_Training_001"), "BraTS20_Training_001");
}

TEST(Patients, FoldersNamedTrainAndTestAreSplits) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data", {"train/P1/P1_t1.nii", "train/P2/P2_t1.nii", "test/P1/P1_t1.nii", "val/P3/P3_t1.nii"});
  const Index found = index_at(folder / "data");
  std::size_t test = 0;
  std::size_t validation = 0;
  for (const study::Study& one : found.file.studies) {
    test += one.split == study::Split::kTest ? 1U : 0U;
    validation += one.split == study::Split::kValidation ? 1U : 0U;
  }
  EXPECT_EQ(test, 1U);
  EXPECT_EQ(validation, 1U);
  EXPECT_TRUE(test::notes(found.notices, kWarning, "P1: training train_P1, test test_P1"));
  EXPECT_TRUE(test::notes(found.notices, kWarning, "folders taken as splits"));
}

TEST(Patients, SplitFoldersGivenApartAreSplitsToo) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data", {"train/P1/P1_t1.nii", "train/P2/P2_t1.nii", "test/P3/P3_t1.nii", "more/P4/P4_t1.nii"});
  const auto splits = [&](const std::vector<std::string>& roots) {
    study::IndexOptions options{.depth = study::Depth::kHeader, .folds = std::nullopt};
    for (const std::string& root : roots) {
      options.inputs.push_back(folder / root);
    }
    const Index found = study::index_studies(options);
    Lines names;
    for (const study::Study& one : found.file.studies) {
      names.push_back(one.id + " " + study::split_name(one.split));
    }
    EXPECT_EQ(test::notes(found.notices, kWarning, "folders taken as splits"), roots.size() > 1 && roots[1] == "data/test");
    return names;
  };
  EXPECT_EQ(splits({"data/train", "data/test"}), (Lines{"P1 training", "P2 training", "P3 test"}));
  EXPECT_EQ(splits({"data/train/P1", "data/test"}), (Lines{"P1 training", "P3 test"}));
  EXPECT_EQ(splits({"data/test"}), (Lines{"P3 training"})); // one folder: the name may mean anything
  EXPECT_EQ(splits({"data/test", "data/more"}), (Lines{"P3 training", "P4 training"}));
}

TEST(Patients, AFolderAModalityIsJoinedByPatient) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data", {"T1/pat0_T1.nii", "T1/pat1_T1.nii", "FLAIR/pat0_FLAIR.nii", "FLAIR/pat1_FLAIR.nii",
                                     "seg/pat0_seg.nii", "seg/pat1_seg.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "data")), (Lines{"pat0: flair t1 | pat0_seg.nii", "pat1: flair t1 | pat1_seg.nii"}));
  test::put_images(folder / "P7", {"T1/T1.nii", "FLAIR/FLAIR.nii"});
  EXPECT_EQ(test::lines(index_at(folder / "P7")), Lines{"P7: flair t1"});
}

TEST(LabelChoice, LesionsFirstAndNeverAnotherSpace) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data", {"sub-00/anat/sub-00_T1w.nii", "sub-01/anat/sub-01_T1w.nii", "sub-02/anat/sub-02_T1w.nii",
                                     "derivatives/fmriprep/sub-00/anat/sub-00_dseg.nii",
                                     "derivatives/masks/sub-00/anat/sub-00_label-lesion_mask.nii",
                                     "derivatives/fmriprep/sub-01/anat/sub-01_dseg.nii",
                                     "derivatives/masks/sub-02/anat/sub-02_space-MNI152_label-lesion_mask.nii"});
  const Index found = index_at(folder / "data");
  EXPECT_EQ(test::lines(found), (Lines{"sub-00: t1 | sub-00_label-lesion_mask.nii", "sub-01: t1", "sub-02: t1"}));
  EXPECT_TRUE(test::notes(found.notices, kWarning, "is in space-mni152"));
}

TEST(LabelChoice, ADsegOfAnUnknownPipelineIsSaid) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data",
                   {"sub-00/anat/sub-00_T1w.nii", "sub-01/anat/sub-01_T1w.nii", "sub-02/anat/sub-02_T1w.nii",
                    "derivatives/ours/sub-00/anat/sub-00_dseg.nii", "derivatives/ours/sub-01/anat/sub-01_desc-lesion_dseg.nii",
                    "derivatives/ours/sub-02/anat/sub-02_hemi-L_label-lesion_mask.nii"});
  const Index found = index_at(folder / "data");
  EXPECT_TRUE(test::notes(found.notices, kWarning, "sub-00_dseg.nii: taken as the label map"));
  EXPECT_FALSE(test::notes(found.notices, kWarning, "sub-01_desc-lesion_dseg.nii"));
  EXPECT_TRUE(test::notes(found.notices, kWarning, "sub-02_hemi-L_label-lesion_mask.nii; if the other half"));
}

TEST(LabelChoice, PredictionsOfBrainmvpAreNoLabels) {
  const test::TemporaryFolder folder;
  const std::string ours = R"({"program": "brainmvp", "models": []})";
  test::put_images(folder / "bids", {"sub-01/anat/sub-01_T1w.nii", "derivatives/p/sub-01/anat/sub-01_desc-brainmvp_dseg.nii"});
  test::put_images(folder / "flat", {"p1/p1_t1.nii", "p1/p1_seg.nii", "p2/p2_t1.nii", "p2/p2_seg.nii"});
  test::write_text(folder / "flat/p1/p1_seg.json", ours);
  test::write_text(folder / "flat/p2/p2_seg.json", R"({"program": "other"})");
  test::put_images(folder / "folders", {"T1/p1_T1.nii", "FLAIR/p1_FLAIR.nii", "seg/p1.nii"});
  test::write_text(folder / "folders/seg/p1.json", ours);
  for (const auto& [name, expected] :
       {std::pair("bids", Lines{"sub-01: t1"}), {"flat", {"p1: t1", "p2: t1 | p2_seg.nii"}}, {"folders", {"p1: flair t1"}}}) {
    const Index found = index_at(folder / name);
    EXPECT_EQ(test::lines(found), expected);
    EXPECT_TRUE(std::ranges::any_of(found.skipped, [](const study::Skipped& one) {
      return one.reason.starts_with("predictions of brainmvp");
    })) << name;
  }
}

TEST(LabelChoice, HalvesAreRefusedAndOtherSubjectsLeftOut) {
  const test::TemporaryFolder folder;
  const std::string masks = "derivatives/les/";
  test::put_images(folder / "data",
                   {"sub-01/anat/sub-01_T1w.nii", "sub-02/anat/sub-02_T1w.nii", "sub-02/anat/sub-01_FLAIR.nii",
                    masks + "sub-01/anat/sub-01_hemi-L_label-lesion_mask.nii",
                    masks + "sub-01/anat/sub-01_hemi-R_label-lesion_mask.nii", masks + "sub-02_label-lesion_mask.nii"});
  const Index found = index_at(folder / "data");
  EXPECT_EQ(test::lines(found), (Lines{"sub-01: t1", "sub-02: t1 | sub-02_label-lesion_mask.nii"}));
  EXPECT_TRUE(test::notes(found.notices, kError, "hemi-R_label-lesion_mask.nii are the halves"));
  EXPECT_TRUE(test::notes(found.notices, kError, "another subject's folder"));
}

TEST(Patients, AFileNamedAsAnotherSessionIsLeftOut) {
  const test::TemporaryFolder folder;
  const std::string masks = "derivatives/les/";
  test::put_images(folder / "data", {"sub-01/ses-2/anat/sub-01_ses-1_FLAIR.nii", "sub-01/ses-2/anat/sub-01_ses-2_T1w.nii",
                                     masks + "sub-01/ses-2/anat/sub-01_ses-1_label-lesion_mask.nii"});
  const Index found = index_at(folder / "data");
  EXPECT_EQ(test::lines(found), Lines{"sub-01_ses-2: t1"});
  EXPECT_TRUE(test::notes(found.notices, kError, "another session's folder"));
  EXPECT_TRUE(test::notes(found.notices, kError, "sub-01_ses-1_label-lesion_mask.nii: left out"));
}

TEST(Patients, OutputsOfSpmAreNone) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "d", {"sub1_T1.nii", "sub1_FLAIR.nii", "msub1_T1.nii", "wmsub1_T1.nii", "c1sub1_T1.nii",
                                  "mwc2sub1_T1.nii", "y_sub1_T1.nii", "sub2_T1.nii", "sub2_FLAIR.nii", "wsub2_FLAIR.nii"});
  test::put_images(folder / "bids", {"sub-01/anat/sub-01_T1w.nii", "sub-01/anat/msub-01_FLAIR.nii"});
  test::put_images(folder / "real", {"1_T1.nii", "1_T2.nii", "s1_T1.nii", "s1_T2.nii", "mark_T1.nii", "mark_T2.nii"});
  const Index found = index_at(folder / "d");
  EXPECT_EQ(test::lines(found), (Lines{"d_sub1: flair t1", "d_sub2: flair t1"}));
  EXPECT_EQ(std::ranges::count_if(
                found.skipped, [](const study::Skipped& one) { return one.reason.find("prefixes of SPM") != std::string::npos; }),
            6);
  EXPECT_EQ(test::lines(index_at(folder / "bids")), Lines{"sub-01: t1"});
  EXPECT_EQ(index_at(folder / "real").file.studies.size(), 3U);
}

TEST(StudiesList, OtherNamesOfListsAreReadOrNamed) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.json", R"({"train": ["p0_t1.nii"], "val": ["p1_t1.nii"], "test": ["p2_t1.nii"]})");
  EXPECT_EQ(study::read_studies_file(folder / "a.json").studies.size(), 3U);
  test::write_text(folder / "b.json", R"({"training": ["p0_t1.nii"], "holdout": [{"image": "p1_t1.nii"}]})");
  test::expect_part(test::message_of([&] { study::read_studies_file(folder / "b.json"); }), "the list 'holdout'");
}

TEST(StudiesList, PathsThroughLinksAreThoseOfTheFileSystem) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "far/inner");
  std::filesystem::create_directory_symlink("far/inner", folder / "link");
  test::write_text(folder / "a.json", R"({"training": ["link/../x_t1.nii"]})");
  EXPECT_EQ(study::read_studies_file(folder / "a.json").studies[0].images[0],
            std::filesystem::canonical(folder.path()) / "far/x_t1.nii");
}

TEST(Annex, PointersAndLinksAreNamed) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "p1/p1_t1.nii.gz", "/annex/objects/MD5E-s1--0.nii.gz\n");
  std::filesystem::create_symlink("../.git/annex/objects/x/y.nii.gz", folder / "p1/p1_t2.nii.gz");
  const Index found = index_at(folder.path());
  EXPECT_TRUE(test::notes(found.notices, kError, "git-annex pointer"));
  EXPECT_TRUE(test::notes(found.notices, kError, "git-annex link"));
}

} // namespace
} // namespace brainmvp
