// Real files, against what nibabel reads.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "image/affine.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSummaries = R"(
import sys, json, pathlib, nibabel as nib, numpy as np
out = {}
for path in sys.argv[1:]:
    image = nib.load(path)
    data = np.asarray(image.dataobj, dtype=np.float64).astype(np.float32)
    data[~np.isfinite(data)] = 0
    flat = data.ravel(order='F')
    index = [int(i) * 2654435761 % flat.size for i in range(200)]
    out[path] = dict(shape=data.shape, affine=image.affine.tolist(), codes=''.join(nib.aff2axcodes(image.affine)),
                     sform=int(image.header['sform_code']), qform=int(image.header['qform_code']),
                     sum=float(flat.astype(np.float64).sum()), sample=[float(flat[i]) for i in index],
                     dtype=image.get_data_dtype().name)
print(json.dumps(out))
)";

std::vector<fs::path> real_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const char* name : {"openms/patient07", "openms_raw", "isles2022", "stroke_3modal"}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder / name)) {
      if (has_image_extension(entry.path())) {
        files.push_back(entry.path());
      }
    }
  }
  files.push_back(folder / "anatomy" / "training_seg_01.nii.gz");
  return files;
}

void expect_same(const fs::path& path, const nlohmann::json& expected) {
  SCOPED_TRACE(path);
  const ImageFile file = read_image(path);
  const image::Volume& volume = file.channels.at(0);
  EXPECT_EQ(nlohmann::json(volume.size), expected["shape"]);
  EXPECT_EQ(file.header.data_type, expected["dtype"].get<std::string>());
  EXPECT_EQ(file.header.sform_code, expected["sform"].get<int>());
  EXPECT_EQ(file.header.qform_code, expected["qform"].get<int>());
  EXPECT_EQ(image::axis_codes(volume.affine), expected["codes"].get<std::string>());
  image::Affine affine;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      affine.matrix[row][column] = expected["affine"][row][column];
    }
    affine.translation[row] = expected["affine"][row][3];
  }
  EXPECT_LT(image::corner_distance_mm(volume.affine, affine, volume.size), 1e-4);
  double sum = 0;
  for (const float value : volume.data) {
    sum += static_cast<double>(value);
  }
  EXPECT_NEAR(sum, expected["sum"].get<double>(), 1e-9 * std::abs(expected["sum"].get<double>()));
  for (std::uint64_t i = 0; i < 200; ++i) {
    ASSERT_EQ(volume.data[i * 2654435761U % volume.data.size()], expected["sample"][i].get<float>());
  }
}

TEST(RealData, ReadsWhatNibabelReads) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const std::vector<fs::path> files = real_files(test::test_data());
  ASSERT_GE(files.size(), 16U);
  std::vector<std::string> arguments;
  for (const fs::path& file : files) {
    arguments.push_back(file.string());
  }
  const test::ProcessResult result = test::run_python(kSummaries, arguments);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const nlohmann::json expected = nlohmann::json::parse(result.out);
  for (const fs::path& file : files) {
    expect_same(file, expected[file.string()]);
  }
}

TEST(RealData, LabelsHaveTheirValues) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const LabelFile file = read_label(test::test_data() / "openms" / "patient19" / "gold.nii.gz");
  std::size_t lesion = 0;
  for (const std::int32_t value : file.volume.data) {
    EXPECT_TRUE(value == 0 || value == 1);
    lesion += value == 1 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(lesion) / 1000, 49.8, 0.05); // ml, as the data's description says
}

} // namespace
} // namespace brainmvp::io
