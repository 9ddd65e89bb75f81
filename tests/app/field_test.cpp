// Folders as people have them (shared data, field): what `brainmvp index` makes of each.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

struct FieldCase {
  std::string folder;
  Lines studies;            // "training p1: flair t1 | p1_seg.nii.gz"
  Lines told = {};          // parts of the report
  Lines options = {};       // of index
  std::size_t patients = 0; // 0: as many as studies
};

std::vector<FieldCase> field_cases() {
  return {
      {"dcm2niix_names/data", {"training data: flair t1 t2 mra dwi adc"}},
      {"flat_folder_mixes_patients/two", {"training two_patientA: t1 | patientA_seg.nii.gz", "training two_patientB: flair"}},
      {"flat_folder_mixes_patients/stray",
       {"training stray: t1", "training stray_pat0: flair t1", "training stray_pat1: flair t1", "training stray_pat2: flair t1"}},
      {"fmriprep_dseg_taken_as_lesion/data",
       {"training sub-00: t1 | sub-00_label-lesion_mask.nii.gz", "training sub-01: t1 | sub-01_label-lesion_mask.nii.gz"},
       {"tissue maps of pipelines"}},
      {"folder_per_modality/data",
       {"training pat0: flair t1 | pat0_seg.nii.gz", "training pat1: flair t1 | pat1_seg.nii.gz",
        "training pat2: flair t1 | pat2_seg.nii.gz"},
       {},
       {"--folds", "3"}},
      {"label_map_named_t1/data", {"training mri: t1"}, {"ThalamicNuclei.v10.T1.nii.gz: holds 2 whole values"}},
      {"label_words/data",
       {"training p_lesion: flair t1 | lesion.nii.gz", "training p_manual: flair t1 | manual.nii.gz",
        "training p_mask: flair t1 | mask.nii.gz", "training p_ot: flair t1 | ot.nii.gz",
        "training p_segmentation: flair t1 | segmentation.nii.gz", "training p_truth: flair t1 | truth.nii.gz"},
       {"mask.nii.gz: a mask whose name does not say of what"}},
      {"masks_0_1_and_0_255/data",
       {"training p0: flair | p0_seg.nii.gz", "training p1: flair | p1_seg.nii.gz", "training p2: flair | p2_seg.nii.gz"},
       {"the values 1 (p0, p1) and 255 (p2) never stand in one label map"}},
      {"names_of_other_contrasts/suffix", {"training p1: t1"}, {"T1 FLAIR is T1-weighted", "5_exp_ADC.nii.gz"}},
      {"names_of_other_contrasts/bids", {"training sub-01: flair", "training sub-02: t1c", "training sub-03: t1 t1c"}},
      {"nnunet_ignore_label/data",
       {"training M_000: flair | M_000.nii.gz", "training M_001: flair | M_001.nii.gz"},
       {"ignored: 2, left out of training and scores"}},
      {"nnunet_region_int/data",
       {"training B_000: flair t1 t1c t2 | B_000.nii.gz", "training B_001: flair t1 t1c t2 | B_001.nii.gz"},
       {"regions: whole tumor, tumor core, enhancing tumor"}},
      {"other_list_names/datalist.json", {"training p0: t1", "validation p1: t1", "test p2: t1"}},
      {"same_content_in_two_splits/data",
       {"training tr_000: t1 | tr_000.nii.gz", "training tr_001: t1 | tr_001.nii.gz", "test ts_100: t1", "test ts_101: t1"},
       {"the same images in more than one split", "t1 of training tr_000, test ts_100"}},
      {"timepoints_split_over_folds/data",
       {"training RHUH-0001_0: t1", "training RHUH-0001_1: t1", "training RHUH-0001_2: t1", "training RHUH-0002_0: t1",
        "training RHUH-0002_1: t1", "training RHUH-0002_2: t1", "training RHUH-0003_0: t1", "training RHUH-0003_1: t1",
        "training RHUH-0003_2: t1", "training RHUH-0004_0: t1", "training RHUH-0004_1: t1", "training RHUH-0004_2: t1"},
       {},
       {"--folds", "3"},
       4},
      {"train_and_test_folders/data",
       {"training train_P1: flair t1 | P1_seg.nii.gz", "training P2: flair t1 | P2_seg.nii.gz",
        "test test_P1: flair t1 | P1_seg.nii.gz", "test P3: flair t1 | P3_seg.nii.gz"},
       {"P1: training train_P1, test test_P1", "flair, t1 of training train_P1, test test_P1", "folders taken as splits"},
       {"--folds", "2"},
       3},
      {"two_masks_of_one_patient/data", {"training sub-01: t1"}, {"are the halves of one label map"}},
      {"visits_in_one_folder/data",
       {"training patient01_study1: flair t1 | study1_seg.nii.gz", "training patient01_study2: flair t1 | study2_seg.nii.gz",
        "training patient02_study1: flair t1 | study1_seg.nii.gz", "training patient02_study2: flair t1 | study2_seg.nii.gz",
        "training patient03_study1: flair t1 | study1_seg.nii.gz", "training patient03_study2: flair t1 | study2_seg.nii.gz",
        "training patient04_study1: flair t1 | study1_seg.nii.gz", "training patient04_study2: flair t1 | study2_seg.nii.gz"},
       {},
       {"--folds", "2"},
       4},
  };
}

Lines lines_of(const nlohmann::json& list) {
  Lines lines;
  for (const char* split : {"training", "validation", "test"}) {
    for (const auto& study : list.value(split, nlohmann::json::array())) {
      std::string line = std::string(split) + " " + study.at("id").get<std::string>() + ":";
      for (const auto& modality : study.at("modality")) {
        line += " " + modality.get<std::string>();
      }
      line += study.contains("label") ? " | " + fs::path(study.at("label").get<std::string>()).filename().string() : "";
      lines.push_back(line);
    }
  }
  return lines;
}

// Whose studies are whose; none of them in two folds.
std::size_t patients_of(const nlohmann::json& list) {
  std::map<std::string, std::set<int>> folds;
  for (const char* split : {"training", "validation", "test"}) {
    for (const auto& study : list.value(split, nlohmann::json::array())) {
      auto& own = folds[study.value("patient", study.at("id").get<std::string>())];
      if (study.contains("fold")) {
        own.insert(study.at("fold").get<int>());
      }
    }
  }
  for (const auto& [patient, own] : folds) {
    EXPECT_LE(own.size(), 1U) << patient;
  }
  return folds.size();
}

class Field : public testing::TestWithParam<FieldCase> {};

TEST_P(Field, IsIndexedAsPeopleMeanIt) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const FieldCase& expected = GetParam();
  const test::TemporaryFolder folder;
  Lines command{"index", test::test_data() / "field" / expected.folder, "-o", folder / "s.json", "--threads", "1"};
  command.insert(command.end(), expected.options.begin(), expected.options.end());
  const auto found = test::run_brainmvp(command);
  ASSERT_EQ(found.exit_code, 0) << found.out << found.err;
  const auto list = nlohmann::json::parse(test::read_text(folder / "s.json"));
  EXPECT_EQ(lines_of(list), expected.studies) << found.out;
  EXPECT_EQ(patients_of(list), expected.patients > 0 ? expected.patients : expected.studies.size());
  for (const std::string& part : expected.told) {
    test::expect_part(found.out, part);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Field, testing::ValuesIn(field_cases()), [](const auto& one) {
  std::string name = one.param.folder;
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

TEST(FieldLeak, IsRefusedByPrepare) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  for (const std::string name : {"same_content_in_two_splits", "train_and_test_folders"}) {
    const test::TemporaryFolder folder;
    const fs::path data = test::test_data() / "field" / name / "data";
    ASSERT_EQ(test::run_brainmvp({"index", data, "-o", folder / "s.json"}).exit_code, 0);
    const auto refused = test::run_brainmvp({"prepare", folder / "s.json", "-o", folder / "store", "--spacing", "10"});
    EXPECT_EQ(refused.exit_code, 4) << refused.err;
    test::expect_part(refused.err, "the same images are in more than one split");
    EXPECT_FALSE(fs::exists(folder / "store/store.json"));
  }
}

TEST(FieldPointer, OfAnAnnexIsNamed) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  const auto found = test::run_brainmvp({"index", test::test_data() / "field/annex_pointer/data", "-o", folder / "s.json"});
  EXPECT_EQ(found.exit_code, 3);
  test::expect_part(found.out, "is a git-annex pointer whose content is not here; fetch the images with `datalad get`");
}

} // namespace
} // namespace brainmvp
