// Studies files, tables and names that are odd, or made to harm.
#include "base/error.h"
#include "study/case_draft.h"
#include "study/class_key.h"
#include "study/class_source.h"
#include "study/fake_tree.h"
#include "study/list_refusal.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using test::kError;
using test::kWarning;
using test::list_refusal;
using Lines = std::vector<std::string>;

TEST(HostileList, ModalitiesCannotNameFilesElsewhere) {
  for (const char* name : {"../../evil", "a/b", "", "T1 x", "label", ".", "t1.nii"}) {
    const std::string text = R"({"modalities": [")" + std::string(name) + R"("], "training": [{"image": "a.nii", "modality": ")" +
                             std::string(name) + R"("}]})";
    EXPECT_NE(list_refusal(text).find("field 'modalities'"), std::string::npos) << name << ": " << list_refusal(text);
  }
  EXPECT_EQ(list_refusal(R"({"modalities": ["mtr_2"], "training": [{"image": "a.nii", "modality": "mtr_2"}]})"), "accepted");
}

TEST(HostileList, IdsCannotNameFoldersElsewhere) {
  for (const char* id : {"..", "../x", "/etc", "a\\\\b", ".hidden", "a\\u0000b"}) {
    const std::string text = R"({"training": [{"image": "t1.nii", "id": ")" + std::string(id) + R"("}]})";
    EXPECT_NE(list_refusal(text).find("field 'id'"), std::string::npos) << id << ": " << list_refusal(text);
  }
}

TEST(HostileList, NumbersAndTextsThatNoNameCanHold) {
  EXPECT_NE(list_refusal(R"({"training": [{"image": "t1.nii", "fold": 4294967296}]})").find("field 'fold'"), std::string::npos);
  EXPECT_NE(list_refusal(R"({"training": [{"image": "a\u0000_t1.nii"}]})").find("NUL"), std::string::npos);
  EXPECT_NE(list_refusal(R"({"training": [{"image": "t1.nii", "fold": ")" + std::string(100000, 'x') + R"("}]})").find("fold"),
            std::string::npos);
}

TEST(HostileList, LabelsBelowZeroInAnyNotation) {
  EXPECT_NE(list_refusal(R"({"training": [{"image": "t1.nii"}], "labels": {"-40": "x"}})").find("found -40"), std::string::npos);
  EXPECT_NE(list_refusal(R"({"training": [{"image": "t1.nii"}], "labels": {"x": -40}})").find("found -40"), std::string::npos);
}

TEST(HostileList, ClassesWithoutAName) {
  EXPECT_NE(list_refusal(R"({"training": [{"image": "t1.nii", "label": 0}], "classes": ["", "x"]})").find("field 'classes'"),
            std::string::npos);
}

TEST(HostileList, DepthAndSizesAreBounded) {
  EXPECT_NE(list_refusal(R"({"training": )" + std::string(1'000'000, '[')).find("nested deeper"), std::string::npos);
  std::string many = R"({"labels": {)";
  for (int i = 0; i < 60'000; ++i) {
    many += "\"" + std::to_string(i) + "\":0,";
  }
  EXPECT_NE(list_refusal(many + "\"x\":1}}").find("names, more than such a file may have"), std::string::npos);
  EXPECT_NE(list_refusal("{\"training\": [\"\xE4_t1.nii\"]}").find("not UTF-8"), std::string::npos);
  EXPECT_EQ(list_refusal("\xEF\xBB\xBF{\"training\": [\"t1.nii\"]}"), "accepted"); // a byte order mark
}

TEST(HostileTable, VeryLongCells) {
  const std::string digits(1'000'000, '7');
  EXPECT_EQ(study::plain_value(digits + ".000"), digits);
  EXPECT_EQ(study::plain_value(digits), digits);
  EXPECT_EQ(study::loose_key("I" + digits), digits);
  const test::TemporaryFolder folder;
  test::write_text(folder / "t.tsv", "id\tclass\n" + digits + "_I1\tx\n");
  const study::StudyKey key{.id = digits + "_I1", .patient = digits};
  const auto join = study::join_classes({.files = {folder / "t.tsv"}, .columns = {"class"}}, std::span(&key, 1));
  EXPECT_EQ(join.classes.front(), "x");
}

TEST(OddNames, BidsEntitiesChooseThePlainest) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "set", {"sub-01/anat/sub-01_acq-highres_T1w.nii", "sub-01/anat/sub-01_T1w.nii",
                                    "sub-01/anat/sub-01_run-1_T2w.nii", "sub-01/anat/sub-01_run-2_T2w.nii",
                                    "sub-01/anat/sub-01_space-MNI152_FLAIR.nii", "sub-01/anat/sub-01_rec-norm_FLAIR.nii",
                                    "sub-01/anat/sub-01_ce-gadolinium_T1w.nii", "sub-02/anat/sub-02_acq-sag_run-01_T1w.nii"});
  const study::Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), (Lines{"sub-01: flair t1 t1c t2", "sub-02: t1"}));
  const std::vector<fs::path>& images = found.studies[0].study.images;
  EXPECT_EQ(images[0].filename(), "sub-01_rec-norm_FLAIR.nii"); // as plain as space-, and shorter
  EXPECT_EQ(images[1].filename(), "sub-01_T1w.nii");
  EXPECT_EQ(images[2].filename(), "sub-01_ce-gadolinium_T1w.nii");
  EXPECT_EQ(images[3].filename(), "sub-01_run-1_T2w.nii");
  EXPECT_TRUE(test::notes(found.notices, kWarning, "t2: sub-01_run-1_T2w.nii used, not sub-01_run-2_T2w.nii"));
  EXPECT_TRUE(test::notes(found.notices, kWarning, "flair: sub-01_rec-norm_FLAIR.nii used, not sub-01_space-MNI152_FLAIR.nii"));
}

TEST(OddNames, TwoRunsInAnyFolderAndTwiceInAList) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "p1", {"T1.nii", "run-2_T1.nii"});
  EXPECT_TRUE(test::notes(test::find(folder.path()).notices, kWarning, "t1: T1.nii used, not run-2_T1.nii"));
  EXPECT_NE(list_refusal(R"({"training": [{"image": ["a/T1.nii", "b/T1.nii"]}]})").find("a modality stands there twice"),
            std::string::npos);
}

TEST(OddNames, ChannelsOfOneModalityAreRefused) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "Task01", {"imagesTr/a.nii", "labelsTr/a.nii"});
  test::write_text(folder / "Task01/dataset.json", R"({"modality": {"0": "T1", "1": "T1w"}, "labels": {"0": "b", "1": "x"}})");
  EXPECT_TRUE(test::notes(test::find(folder.path()).notices, kError, "twice"));
}

TEST(OddNames, ALabelWithoutItsImages) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"p1/T1.nii", "p2/p2_seg.nii", "set/sub-01/anat/sub-01_T1w.nii",
                                   "set/derivatives/x/sub-02/anat/sub-02_dseg.nii"});
  const study::Findings found = test::find(folder.path());
  EXPECT_EQ(found.studies.size(), 2U);
  std::size_t labels = 0;
  for (const auto& [reason, count] : test::skipped_by_reason(found)) {
    labels += count;
  }
  EXPECT_EQ(labels, 2U);
}

TEST(OddNames, OtherEncodingsAreSkippedWithTheReason) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"p/T1.nii", "p/T1\xBC\xD3\xC8\xA8_t2.nii", "p/加权_flair.nii", "p/ｔ１.nii"}); // GBK, UTF-8
  const study::Findings found = test::find(folder.path());
  EXPECT_EQ(test::lines(found), Lines{"p: flair t1"});
  EXPECT_EQ(test::skipped_by_reason(found).at("names that are not UTF-8; rename them"), 1U);
  EXPECT_EQ(found.skipped.size(), 2U); // and the full-width name, which is no known word
}

TEST(OddNames, ManyLabelsAndCasesInOneFolderTakeNoSquareOfTime) {
  std::vector<fs::path> files;
  constexpr int kCases = 20'000;
  for (int i = 0; i < kCases; ++i) {
    files.emplace_back("/x/p" + std::to_string(100'000 + i) + "_t1.nii");
    files.emplace_back("/x/p" + std::to_string(100'000 + i) + "_a_seg.nii");
  }
  study::Findings findings;
  const auto cases = study::split_into_cases(files, study::ModalityTable::standard(), findings);
  ASSERT_EQ(cases.size(), static_cast<std::size_t>(kCases));
  for (const study::CaseFiles& one : cases) {
    ASSERT_EQ(one.files.size(), 2U);
  }
}

} // namespace
} // namespace brainmvp
