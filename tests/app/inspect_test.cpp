// `brainmvp inspect` as a process.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "base/text.h"
#include "support/support.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;

// Words that the output must have where the verdict alone says too little.
const std::map<std::string, std::string>& key_words() {
  static const std::map<std::string, std::string> words{
      {"nan_inf_voxels.nii.gz", "2 voxels"},
      {"allzero_channel.nii.gz", "every voxel is 0"},
      {"four_in_one_4d.nii.gz", "channels     4"},
      {"orient_PIR.nii.gz", "PIR"},
      {"q0s0.nii.gz", "left and right are unknown"},
      {"q_s_conflict_10mm.nii.gz", "10 mm"},
      {"scl_slope_2_inter_m5.nii", "2 * stored - 5"},
      {"symlink_dangling.nii.gz", "gone.nii.gz"},
      {"zstd.nii.zst", "zstd"},
      {"._base_t1.nii.gz", "AppleDouble"},
      {"dtype_i8.nii.gz", "int8"},
      {"seg_linear_resampled.nii.gz", "whole numbers"},
      {"seg_labels_0124.nii.gz", "label        4: "},
      {"magic_bad.nii", "not a NIfTI file"},
      {"dim_negative.nii", "negative"},
      {"dim_lies_bigger.nii", "promises"},
      {"datatype_bitpix_mismatch.nii", "bitpix"},
      {"truncated.nii.gz", "ends early"},
      {"bad_crc.nii.gz", "CRC"},
      {"empty.nii.gz", "0 bytes"},
      {"html_error_page.nii.gz", "HTML"},
      {"git_lfs_pointer.nii.gz", "git lfs pull"},
  };
  return words;
}

TEST(InspectCommand, EveryFaultyFileHasItsVerdict) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const fs::path folder = test::test_data() / "faulty";
  std::istringstream table(test::read_text(folder / "EXPECTED.tsv"));
  std::string line;
  std::getline(table, line); // headings
  std::size_t rows = 0;
  std::size_t with_words = 0;
  while (std::getline(table, line)) {
    const std::vector<std::string> cells = split(line, "\t");
    const std::string& name = cells.at(0);
    SCOPED_TRACE(name);
    std::vector<std::string> command{"inspect"};
    if (cells.at(1) == "label") {
      command.emplace_back("--label");
    }
    command.push_back((folder / name).string());
    const test::ProcessResult result = test::run_brainmvp(command);
    EXPECT_EQ(result.exit_code, cells.at(2) == "read" ? 0 : 4) << result.err;
    if (const auto words = key_words().find(name); words != key_words().end()) {
      ++with_words;
      EXPECT_NE((result.out + result.err).find(words->second), std::string::npos) << result.out << result.err;
    }
    ++rows;
  }
  EXPECT_GE(rows, 60U);
  EXPECT_EQ(with_words, key_words().size());
}

TEST(InspectCommand, DescribesAnImageOnStdout) {
  const test::ProcessResult result = test::run_brainmvp({"inspect", test::golden("preprocess/permuted_psl/t1.nii.gz").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* words :
       {"NIfTI-1", "32 x 24 x 28", "1 x 1 x 1 mm", "PSL", "sform code 1, qform code 1", "int16", "non-zero"}) {
    EXPECT_NE(result.out.find(words), std::string::npos) << words << " is missing in:\n" << result.out;
  }
  EXPECT_EQ(result.err, "");
}

TEST(InspectCommand, RefusesWhatIsNoImage) {
  const test::TemporaryFolder folder;
  fs::create_symlink("gone.nii.gz", folder / "dangling.nii.gz");
  test::write_text(folder / "notes.txt", "a text");
  EXPECT_EQ(test::run_brainmvp({"inspect", (folder / "missing.nii.gz").string()}).exit_code, 4);
  EXPECT_EQ(test::run_brainmvp({"inspect", (folder / "notes.txt").string()}).exit_code, 4);
  EXPECT_EQ(test::run_brainmvp({"inspect", folder.path().string()}).exit_code, 4);
  const test::ProcessResult dangling = test::run_brainmvp({"inspect", (folder / "dangling.nii.gz").string()});
  EXPECT_EQ(dangling.exit_code, 4);
  EXPECT_NE(dangling.err.find("is a link to gone.nii.gz"), std::string::npos) << dangling.err;
  EXPECT_EQ(test::run_brainmvp({"inspect"}).exit_code, 2);
}

} // namespace
} // namespace brainmvp
