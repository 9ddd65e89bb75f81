// `brainmvp index` as a process: report, file, exit codes.
#include <filesystem>

#include "support/support.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A tree with a sound study, one with a damaged image, and an AppleDouble file.
void copy_studies(const fs::path& root) {
  const fs::path faulty = test::test_data() / "faulty";
  fs::create_directories(root / "p1");
  fs::create_directories(root / "p2");
  fs::copy(faulty / "base_t1.nii.gz", root / "p1/T1.nii.gz");
  fs::copy(faulty / "base_seg.nii.gz", root / "p1/gold.nii.gz");
  fs::copy(faulty / "base_t2.nii.gz", root / "p2/T2.nii.gz");
  fs::copy(faulty / "truncated.nii.gz", root / "p2/FLAIR.nii.gz");
  fs::copy(faulty / "._base_t1.nii.gz", root / "p2/._T2.nii.gz");
}

TEST(IndexCommand, WritesTheStudiesAndReportsWhatIsWrong) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  copy_studies(folder / "set");
  const auto result = test::run_brainmvp({"index", folder / "set", "-o", folder / "out/studies.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"p1", "40x44x36", "gold.nii.gz (0 1)", "errors (left out)", "FLAIR.nii.gz", "AppleDouble",
                           "2 studies, 1 with a label; 2 images: t1 1, t2 1", "1 error, 0 warnings, 1 file skipped"}) {
    EXPECT_TRUE(contains(result.out, part)) << part << "\n" << result.out;
  }
  const auto json = nlohmann::json::parse(test::read_text(folder / "out/studies.json"));
  ASSERT_EQ(json["training"].size(), 2U);
  EXPECT_EQ(json["training"][0]["id"], "p1");
  EXPECT_EQ(json["training"][0]["image"], nlohmann::json::array({"../set/p1/T1.nii.gz"}));
  EXPECT_EQ(json["training"][0]["modality"], nlohmann::json::array({"t1"}));
  EXPECT_EQ(json["training"][0]["label"], "../set/p1/gold.nii.gz");
  EXPECT_FALSE(json["training"][1].contains("label"));
}

TEST(IndexCommand, ExitCodes) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  copy_studies(folder / "set");
  fs::create_directories(folder / "empty");
  const std::string out = folder / "s.json";
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set"}).exit_code, 2); // no -o
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--layout", "bidz"}).exit_code, 2);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--modalities", folder / "none.toml"}).exit_code, 2);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "empty", "-o", out}).exit_code, 3);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "none", "-o", out}).exit_code, 3);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--layout", "bids"}).exit_code, 3);
  const auto strict = test::run_brainmvp({"index", folder / "set", "-o", out, "--strict"});
  EXPECT_EQ(strict.exit_code, 4);
  EXPECT_TRUE(contains(strict.err, "--strict")) << strict.err;
  EXPECT_FALSE(fs::exists(out));
  test::write_text(folder / "bad.json", "{}");
  EXPECT_EQ(test::run_brainmvp({"index", folder / "bad.json", "-o", out}).exit_code, 4);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set/p1", "-o", out, "--strict"}).exit_code, 0);
  const auto exists = test::run_brainmvp({"index", folder / "set", "-o", out});
  EXPECT_EQ(exists.exit_code, 5);
  EXPECT_TRUE(contains(exists.err, "--force")) << exists.err;
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--force"}).exit_code, 0);
}

TEST(IndexCommand, ManyStudiesThatAgreeShareALine) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  const fs::path image = test::test_data() / "faulty/base_t1.nii.gz";
  for (int i = 100; i < 160; ++i) {
    const fs::path study = folder / ("set/p" + std::to_string(i));
    fs::create_directories(study);
    fs::create_symlink(image, study / "T1.nii.gz");
    test::write_text(study / "T2.nii.gz", "damaged");
  }
  const auto grouped = test::run_brainmvp({"index", folder / "set", "-o", folder / "a.json", "--quick"});
  EXPECT_TRUE(contains(grouped.out, "p100, p159")) << grouped.out;
  EXPECT_TRUE(contains(grouped.out, "and 55 more")) << grouped.out;
  EXPECT_FALSE(contains(grouped.out, "p130"));
  const auto all = test::run_brainmvp({"index", folder / "set", "-o", folder / "b.json", "--quick", "-v"});
  EXPECT_TRUE(contains(all.out, "p130")) << all.out;
}

TEST(IndexCommand, TakesWordsFromATable) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "Pätient 01 (copy)");
  fs::copy(test::test_data() / "faulty" / "Pätient 01 (copy)" / "T1 图像.nii.gz", folder / "Pätient 01 (copy)/T1 图像.nii.gz");
  EXPECT_EQ(test::run_brainmvp({"index", folder.path(), "-o", folder / "s.json"}).exit_code, 3);
  test::write_text(folder / "words.toml", "[modalities]\nt1 = [\"T1 图像\"]\n");
  const auto result =
      test::run_brainmvp({"index", folder.path(), "-o", folder / "s.json", "--modalities", folder / "words.toml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "Pätient 01 (copy)")) << result.out;
}

} // namespace
} // namespace brainmvp
