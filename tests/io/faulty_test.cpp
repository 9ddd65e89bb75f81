// Every row of data/faulty/EXPECTED.tsv, through read_image and read_label.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  bool read = false;
  std::string message; // of the error, or all warnings
  ImageHeader header;
  std::vector<float> values;
};

Outcome outcome_of(const fs::path& path, bool label) {
  Outcome out;
  try {
    if (label) {
      const LabelFile file = read_label(path);
      out.header = file.header;
      out.values.assign(file.volume.data.begin(), file.volume.data.end());
    } else {
      const ImageFile file = read_image(path);
      out.header = file.header;
      out.values = file.channels.front().data;
    }
    out.read = true;
    out.message = join(out.header.warnings, "\n");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find(path.filename().string()), std::string::npos) << error.message();
    out.message = error.message();
  }
  return out;
}

// Words that the message of a refusal, or the warnings of a file that is read, must have.
const std::map<std::string, std::vector<std::string>>& key_words() {
  static const std::map<std::string, std::vector<std::string>> words{
      {"nan_inf_voxels.nii.gz", {"2 voxels", "NaN or Inf", "set to 0"}},
      {"constant_channel.nii.gz", {"every voxel is"}},
      {"allzero_channel.nii.gz", {"every voxel is 0"}},
      {"single_slice_z1.nii.gz", {"single slice"}},
      {"q0s0.nii.gz", {"no orientation", "left and right are unknown"}},
      {"q_s_conflict_10mm.nii.gz", {"disagree", "10 mm", "sform was used"}},
      {"sheared_sform.nii.gz", {"sheared"}},
      {"sform_nan.nii", {"sform", "not finite", "qform was used"}},
      {"pixdim_zero.nii", {"pixdim", "sform was used"}},
      {"pixdim_negative.nii", {"pixdim", "sform was used"}},
      {"vox_offset_0.nii", {"vox_offset is 0", "352"}},
      {"xyzt_units_metre.nii", {"metre", "kept as mm"}},
      {"not_gz_but_named.nii.gz", {"not gzip-compressed"}},
      {"gz_but_named.nii", {"gzip-compressed", "name"}},
      {"zstd.nii.zst", {"zstd", "unzstd"}},
      {"symlink_dangling.nii.gz", {"link", "gone.nii.gz", "does not exist"}},
      {"._base_t1.nii.gz", {"AppleDouble"}},
      {"seg_linear_resampled.nii.gz", {"whole numbers", "voxels are not (such as", "nearest neighbour"}},
      {"empty_seg.nii.gz", {"no foreground"}},
      {"magic_bad.nii", {"not a NIfTI file"}},
      {"dim_negative.nii", {"-40", "negative"}},
      {"dim_lies_bigger.nii", {"promises 126720000 bytes", "126720 are there"}},
      {"datatype_bitpix_mismatch.nii", {"datatype", "bitpix"}},
      {"truncated_data.nii", {"promises 126720 bytes", "are there"}},
      {"truncated.nii.gz", {"gzip", "ends early"}},
      {"bitflip.nii.gz", {"gzip"}},
      {"bad_crc.nii.gz", {"gzip CRC"}},
      {"empty.nii.gz", {"0 bytes"}},
      {"html_error_page.nii.gz", {"HTML", "neither gzip nor NIfTI"}},
      {"git_lfs_pointer.nii.gz", {"Git LFS pointer", "git lfs pull"}},
  };
  return words;
}

struct Row {
  std::string file;
  bool label = false;
  std::string verdict;
};

std::vector<Row> expected_rows(const fs::path& folder) {
  std::vector<Row> rows;
  std::istringstream table(test::read_text(folder / "EXPECTED.tsv"));
  std::string line;
  std::getline(table, line); // headings
  while (std::getline(table, line)) {
    const std::vector<std::string> cells = split(line, "\t");
    rows.push_back({.file = cells.at(0), .label = cells.at(1) == "label", .verdict = cells.at(2)});
  }
  return rows;
}

TEST(FaultyFiles, EveryRowHasItsVerdictAndItsWords) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const fs::path folder = test::test_data() / "faulty";
  std::size_t with_words = 0;
  for (const Row& row : expected_rows(folder)) {
    SCOPED_TRACE(row.file);
    const Outcome out = outcome_of(folder / row.file, row.label);
    if (row.verdict == "read") {
      EXPECT_TRUE(out.read) << out.message;
    } else {
      EXPECT_FALSE(out.read);
    }
    const auto words = key_words().find(row.file);
    if (words != key_words().end()) {
      ++with_words;
      for (const std::string& word : words->second) {
        EXPECT_NE(out.message.find(word), std::string::npos) << '"' << word << "\" is missing in: " << out.message;
      }
    }
  }
  EXPECT_EQ(with_words, key_words().size());
}

TEST(FaultyFiles, UnharmedFilesGiveNoWarning) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const fs::path folder = test::test_data() / "faulty";
  for (const char* name : {"base_t1.nii.gz", "base_flair.nii.gz", "nifti2.nii.gz", "big_endian.nii", "orient_PIR.nii.gz",
                           "dim4_singleton.nii.gz", "two_gz_members.nii.gz", "UPPER.NII.GZ", "scl_slope_neg.nii"}) {
    EXPECT_EQ(outcome_of(folder / name, false).message, "") << name;
  }
  EXPECT_EQ(outcome_of(folder / "base_seg.nii.gz", true).message, "");
}

// Files that hold the data of another, and how: value = factor * other + offset.
struct Equal {
  const char* file;
  const char* as;
  double factor = 1;
  double offset = 0;
  bool label = false;
  bool clipped = false; // negative values were lost when the file was made
};

TEST(FaultyFiles, SameDataIsReadTheSame) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const fs::path folder = test::test_data() / "faulty";
  const std::vector<Equal> equals{
      {"nifti2.nii.gz", "base_t1.nii.gz"},
      {"big_endian.nii", "base_t1.nii.gz"},
      {"dim4_singleton.nii.gz", "base_t1.nii.gz"},
      {"scl_slope_0_inter_7.nii", "base_t1.nii.gz"},
      {"scl_slope_nan.nii", "base_t1.nii.gz"},
      {"scl_slope_2_inter_m5.nii", "base_t1.nii.gz", 2, -5},
      {"scl_slope_neg.nii", "base_t1.nii.gz", -1},
      {"vox_offset_0.nii", "base_t1.nii.gz"},
      {"two_gz_members.nii.gz", "base_t1.nii.gz"},
      {"not_gz_but_named.nii.gz", "base_t1.nii.gz"},
      {"gz_but_named.nii", "base_t1.nii.gz"},
      {"UPPER.NII.GZ", "base_t1.nii.gz"},
      {"symlink_ok.nii.gz", "base_t1.nii.gz"},
      {"dtype_i64.nii.gz", "base_t1.nii.gz"},
      {"dtype_i32.nii.gz", "base_t1.nii.gz", 1, 0, false, true},
      {"dtype_u32.nii.gz", "base_t1.nii.gz", 1, 0, false, true},
      {"dtype_u16.nii.gz", "base_t1.nii.gz", 1, 0, false, true},
      {"dtype_f32.nii.gz", "base_t1.nii.gz", 1, 0, false, true},
      {"dtype_f64.nii.gz", "base_t1.nii.gz", 1, 0, false, true},
      {"seg_float64.nii.gz", "base_seg.nii.gz", 1, 0, true},
      {"seg_float_0.99999.nii.gz", "base_seg.nii.gz", 1, 0, true},
  };
  for (const Equal& equal : equals) {
    SCOPED_TRACE(equal.file);
    const Outcome a = outcome_of(folder / equal.file, equal.label);
    const Outcome b = outcome_of(folder / equal.as, equal.label);
    ASSERT_EQ(a.values.size(), b.values.size());
    EXPECT_LT(image::corner_distance_mm(a.header.affine, b.header.affine, b.header.size), 1e-4);
    for (std::size_t at = 0; at < a.values.size(); ++at) {
      const auto other = static_cast<double>(equal.clipped ? std::max(b.values[at], 0.0F) : b.values[at]);
      ASSERT_EQ(static_cast<double>(a.values[at]), equal.factor * other + equal.offset) << at;
    }
  }
}

} // namespace
} // namespace brainmvp::io
