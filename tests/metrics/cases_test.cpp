#include "metrics/cases.h"

#include <algorithm>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

void touch(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  test::write_text(path, "");
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::ranges::transform(find_cases(folder, {}), std::back_inserter(names), &CaseFile::name);
  return names;
}

TEST(Cases, OfAFolderWithoutLabelWordsAreAllImageFiles) {
  const test::TemporaryFolder folder;
  touch(folder / "b.nii.gz");
  touch(folder / "a_001.nii");
  touch(folder / "notes.json");
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"a_001", "b"}));
}

TEST(Cases, OfACohortAreItsLabelMapsOnly) {
  const test::TemporaryFolder folder;
  touch(folder / "BraTS-PED-00001-000/BraTS-PED-00001-000-t1n.nii.gz");
  touch(folder / "BraTS-PED-00001-000/BraTS-PED-00001-000-seg.nii.gz");
  touch(folder / "p2/seg.nii.gz"); // nothing but the label's word: the folder names the case
  touch(folder / "sub-03/anat/sub-03_desc-brainmvp_dseg.nii.gz");
  touch(folder / "sub-03/anat/sub-03_probseg.nii.gz");
  touch(folder / "other.nii.gz");
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"BraTS-PED-00001-000", "p2", "sub-03"}));
}

TEST(Cases, OfTwoAcquisitionsOfASubjectAreTwo) {
  const test::TemporaryFolder folder;
  touch(folder / "sub-1_acq-axial_space-T1w_seg.nii.gz");
  touch(folder / "sub-1_acq-sagittal_space-T1w_seg.nii.gz");
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"sub-1_acq-axial", "sub-1_acq-sagittal"}));
}

TEST(Cases, OfAStudiesFileAreItsLabelsByIdAndSplit) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "studies.json", R"({"training": [{"id": "x", "image": "x_t1.nii", "label": "any name.nii"}],
    "test": [{"id": "y", "image": "y_t1.nii", "label": "l/y.nii"}, {"id": "z", "image": "z_t1.nii"}]})");
  EXPECT_EQ(names_in(folder / "studies.json"), (std::vector<std::string>{"x", "y"}));
  const std::vector<study::Split> splits{study::Split::kTest};
  const auto cases = find_cases(folder / "studies.json", splits);
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].path, std::filesystem::canonical(folder.path()) / "l/y.nii");
}

TEST(Cases, ThatShareANameAreRefusedWithBothFiles) {
  const test::TemporaryFolder folder;
  touch(folder / "a/p1_seg.nii.gz");
  touch(folder / "b/p1_seg.nii.gz");
  const std::string message = test::message_of([&] { find_cases(folder.path(), {}); });
  EXPECT_NE(message.find("a/p1_seg.nii.gz"), std::string::npos) << message;
  EXPECT_NE(message.find("b/p1_seg.nii.gz"), std::string::npos) << message;
}

TEST(Cases, TakeTheLabelMapThatIndexTakes) {
  const test::TemporaryFolder folder;
  touch(folder / "fmriprep/sub-00/anat/sub-00_dseg.nii.gz");
  touch(folder / "masks/sub-00/anat/sub-00_label-lesion_mask.nii.gz");
  touch(folder / "masks/sub-00/anat/sub-00_space-MNI152_label-lesion_mask.nii.gz");
  touch(folder / "other/sub-01/sub-01_dseg.nii.gz");
  touch(folder / "other/sub-01/sub-01_desc-T1lesion_mask.nii.gz");
  const auto cases = find_cases(folder.path(), {});
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].path.filename(), "sub-00_label-lesion_mask.nii.gz");
  EXPECT_EQ(cases[1].path.filename(), "sub-01_desc-T1lesion_mask.nii.gz");
  EXPECT_EQ(names_in(folder / "masks"), std::vector<std::string>{"sub-00"});
  touch(folder / "half/sub-02_hemi-L_label-lesion_mask.nii.gz");
  EXPECT_EQ(names_in(folder / "half"), std::vector<std::string>{"sub-02"});
  touch(folder / "half/sub-02_hemi-R_label-lesion_mask.nii.gz");
  EXPECT_NE(test::message_of([&] { find_cases(folder / "half", {}); }).find("halves"), std::string::npos);
}

TEST(Cases, OfAHeaderAndItsDataAreOne) {
  const test::TemporaryFolder folder;
  for (const char* file : {"p1.hdr", "p1.img", "p2.hdr.gz", "p2.img.gz", "p3.HDR", "p3.IMG", "p4.img"}) {
    touch(folder / file);
  }
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"p1", "p2", "p3", "p4"}));
}

// Names of the predictions of a folder that references of these ids find.
std::vector<std::string> paired_files(const test::TemporaryFolder& folder, const std::vector<std::string>& ids) {
  nlohmann::json list{{"test", nlohmann::json::array()}};
  for (const std::string& id : ids) {
    list["test"].push_back({{"id", id}, {"image", id + "_t1.nii"}, {"label", "labels/" + id + ".nii"}});
  }
  test::write_text(folder / "studies.json", list.dump());
  std::vector<std::string> files;
  for (const CasePair& pair : pair_cases({folder / "predictions"}, folder / "studies.json", {}, true)) {
    files.push_back(pair.prediction ? pair.prediction->filename().string() : "");
  }
  return files;
}

TEST(PairCases, FindIdsThatEndInAWordOfLabelsOrModalities) {
  const test::TemporaryFolder folder;
  const std::vector<std::string> ids{"p1_tumor", "p2_seg", "p3_T1", "p4", "sub-5_desc-x"};
  std::vector<std::string> files;
  for (const std::string& id : ids) {
    touch(folder / "predictions" / (id + ".nii.gz"));
    files.push_back(id + ".nii.gz");
  }
  EXPECT_EQ(paired_files(folder, ids), files);
}

TEST(PairCases, TakeALabelMapBeforeTheImageOfTheSameId) {
  const test::TemporaryFolder folder;
  for (const char* file : {"p1.nii.gz", "p1_seg.nii.gz", "p2_T1.nii.gz", "p2_T1_seg.nii.gz", "p3_T1.nii.gz"}) {
    touch(folder / "predictions" / file);
  }
  EXPECT_EQ(paired_files(folder, {"p1", "p2_T1", "p3_T1"}), (std::vector<std::string>{"p1_seg.nii.gz", "p2_T1_seg.nii.gz", ""}));
}

TEST(PairCases, LeaveAnotherSessionAside) {
  const test::TemporaryFolder folder;
  touch(folder / "sub-01_ses-1_dseg.nii.gz");
  const std::vector<CaseFile> found = find_cases(folder.path(), {}, {"sub-01"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "sub-01_ses-1");
}

TEST(Cases, OfNoFilesAreRefused) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(find_cases(folder.path(), {}), Error);
  EXPECT_THROW(find_cases(folder / "absent", {}), Error);
}

TEST(MatchCases, NamesWhatOneSideLacks) {
  const std::vector<CaseFile> predictions{{"a", "pa"}, {"c", "pc"}};
  const std::vector<CaseFile> references{{"a", "ra"}, {"b", "rb"}};
  const std::string message = test::message_of([&] { match_cases(predictions, references, false); });
  EXPECT_NE(message.find("no prediction for b"), std::string::npos) << message;
  const std::string unknown = test::message_of([&] { match_cases(predictions, {{"a", "ra"}}, false); });
  EXPECT_NE(unknown.find("prediction of c"), std::string::npos) << unknown;
}

TEST(MatchCases, KeepsAMissingPredictionWhenAllowed) {
  const auto pairs = match_cases({{"a", "pa"}, {"c", "pc"}}, {{"a", "ra"}, {"b", "rb"}}, true);
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].prediction, "pa");
  EXPECT_EQ(pairs[1].name, "b");
  EXPECT_FALSE(pairs[1].prediction);
}

TEST(MatchCases, WithoutACommonNameIsRefusedEvenWhenMissingIsAllowed) {
  const std::string message = test::message_of([&] { match_cases({{"x_0000", "p"}}, {{"x", "r"}}, true); });
  EXPECT_NE(message.find("x_0000"), std::string::npos) << message;
}

} // namespace
} // namespace brainmvp::metrics
