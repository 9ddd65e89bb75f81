// An identity network through the whole of a prediction: what goes in comes out, on the grid of the file.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "base/error.h"
#include "example_model.h"
#include "image/intensity.h"
#include "image/orientation.h"
#include "infer/native.h"
#include "infer/predict_study.h"
#include "io/image_file.h"
#include "store/prepare.h"
#include "support/support.h"

namespace brainmvp::infer {
namespace {
namespace fs = std::filesystem;

Member identity_member(const image::Size& window) {
  model::ModelDescription description = test::example_description();
  description.channels = {"t1"};
  description.table = {.regions = {{"all", {1}}}};
  description.window = window;
  description.has_template = {true};
  return {.description = description, .function = [](const torch::Tensor& tile) { return tile; }};
}

study::Study study_of(const fs::path& file) { return {.id = "one", .images = {file}, .modalities = {"t1"}}; }

// The identity's output on the grid of `file`.
image::Volume there_and_back(const fs::path& file, const image::Size& window, const WindowOptions& options = {}) {
  store::PreparedStudy prepared = store::prepare_study(study_of(file), {});
  NativeOutputs native({.prepared = image::grid_of(prepared.volumes.front()),
                        .native = prepared.way_back.native,
                        .painting = {.exclusive = true, .values = {0}, .order = {}},
                        .kept = {0}});
  predict_study(prepared, {identity_member(window)}, options, [&](const torch::Tensor& planes) { native.take(planes); });
  return native.probabilities().at(0);
}

// The file's own voxels with the preparation's scaling, for a file of 1 mm.
image::Volume scaled(const fs::path& file) {
  image::Volume volume = io::read_image(file).channels.at(0);
  const store::WayBack way_back = store::prepare_study(study_of(file), {}).way_back;
  const image::Volume box = image::crop(image::to_ras(volume), way_back.first_crop);
  image::scale_between(volume.data, image::percentile(box.data, 5), image::percentile(box.data, 95));
  return volume;
}

double largest_difference(const image::Volume& a, const image::Volume& b) {
  EXPECT_EQ(a.size, b.size);
  double largest = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(a.data[i] - b.data[i])));
  }
  return largest;
}

double mean_difference(const image::Volume& a, const image::Volume& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    sum += std::abs(a.data[i] - b.data[i]);
  }
  return sum / static_cast<double>(a.data.size());
}

// A volume whose every voxel is positive, so that nothing is cropped.
fs::path noise_file(const test::TemporaryFolder& folder, const image::Size& size) {
  image::Volume volume{.size = size, .affine = {}, .data = test::fill("identity", size[0] * size[1] * size[2])};
  std::ranges::transform(volume.data, volume.data.begin(), [](float value) { return 2 + value; });
  io::write_nifti(folder / "noise_t1.nii", volume);
  return folder / "noise_t1.nii";
}

TEST(Identity, IsExactOnOneMillimetreForSizesAroundTheWindow) {
  const std::vector<image::Size> sizes{{10, 12, 9}, {16, 16, 16}, {20, 18, 1}, {5, 40, 16}, {33, 17, 47}};
  for (const image::Size& size : sizes) {
    const test::TemporaryFolder folder;
    const fs::path file = noise_file(folder, size);
    for (const Blending blending : {Blending::kConstant, Blending::kGaussian}) {
      const image::Volume out = there_and_back(file, {16, 16, 16}, {.overlap = 0.6, .blending = blending});
      EXPECT_LT(largest_difference(out, scaled(file)), 1e-6) << size[0] << " x " << size[1] << " x " << size[2];
    }
  }
}

TEST(Identity, IsExactOnALargeVolume) {
  const test::TemporaryFolder folder;
  const fs::path file = noise_file(folder, {300, 300, 128});
  EXPECT_LT(largest_difference(there_and_back(file, {96, 96, 96}, {.overlap = 0.25}), scaled(file)), 1e-6);
}

// Files that hold no head once read: nothing to predict, whatever the network.
const std::set<std::string> kNoHead{"allzero_channel.nii.gz", "constant_channel.nii.gz"};
const std::set<std::string> kOtherTests{"four_in_one_4d.nii.gz", "sheared_sform.nii.gz", "zstd.nii.zst"};

std::vector<std::string> readable_images(const fs::path& folder) {
  std::vector<std::string> names;
  std::istringstream lines(test::read_text(folder / "EXPECTED.tsv"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string name;
    std::string kind;
    std::string verdict;
    std::getline(fields, name, '\t');
    std::getline(fields, kind, '\t');
    std::getline(fields, verdict, '\t');
    if (kind == "image" && verdict == "read" && !kOtherTests.contains(name)) {
      names.push_back(name);
    }
  }
  return names;
}

TEST(Identity, IsExactInEveryReadableOrientationAndForm) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const fs::path folder = test::test_data() / "faulty";
  const std::vector<std::string> names = readable_images(folder);
  EXPECT_GT(names.size(), 30U);
  for (const std::string& name : names) {
    if (kNoHead.contains(name)) {
      EXPECT_THROW(there_and_back(folder / name, {32, 32, 32}), Error) << name;
      continue;
    }
    const double tolerance = name == "affine_off_1e-6.nii.gz" ? 1e-4 : 1e-6; // not quite 1 mm: interpolated
    EXPECT_LT(largest_difference(there_and_back(folder / name, {32, 32, 32}), scaled(folder / name)), tolerance) << name;
  }
}

TEST(Identity, OfAShearedImageIsWithinTheInterpolation) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const fs::path file = test::test_data() / "faulty" / "sheared_sform.nii.gz";
  const image::Volume out = there_and_back(file, {32, 32, 32});
  const image::Volume in = io::read_image(file).channels.at(0);
  const double high = image::percentile(in.data, 99);
  image::Volume rough = in;
  image::scale_between(rough.data, 0, static_cast<float>(high));
  EXPECT_LT(mean_difference(out, rough), 0.08);
}

// A smooth head on an oblique, anisotropic grid: twice interpolated, it still is itself.
TEST(Identity, OfASmoothObliqueVolumeIsWithinTheInterpolation) {
  image::Volume volume{.size = {40, 30, 20}, .affine = {}, .data = {}};
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  volume.affine.matrix = {{{-1.2 * c, 0.9 * s, 0}, {-1.2 * s, -0.9 * c, 0}, {0, 0, 2.2}}};
  volume.affine.translation = {12, -7, 30};
  for (std::size_t k = 0; k < 20; ++k) {
    for (std::size_t j = 0; j < 30; ++j) {
      for (std::size_t i = 0; i < 40; ++i) {
        volume.data.push_back(static_cast<float>(3 + std::sin(0.16 * static_cast<double>(i)) +
                                                 std::cos(0.13 * static_cast<double>(j) + 0.2 * static_cast<double>(k))));
      }
    }
  }
  const test::TemporaryFolder folder;
  io::write_nifti(folder / "smooth_t1.nii", volume);
  const store::PreparedStudy prepared = store::prepare_study(study_of(folder / "smooth_t1.nii"), {});
  const image::Volume out = there_and_back(folder / "smooth_t1.nii", {24, 24, 24});
  ASSERT_EQ(out.size, volume.size);
  const float low = image::percentile(volume.data, 5); // near the preparation's, whose grid is another
  const float high = image::percentile(volume.data, 95);
  image::scale_between(volume.data, low, high);
  EXPECT_LT(mean_difference(out, volume), 0.01);
  EXPECT_LT(largest_difference(out, volume), 0.06);
}

} // namespace
} // namespace brainmvp::infer
