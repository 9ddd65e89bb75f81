// The preparation's stages against tests/golden/preprocess (MONAI).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "image/intensity.h"
#include "image/orientation.h"
#include "image/resample.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::image {
namespace {

using Volumes = std::vector<Volume>;

struct Case {
  std::string folder;
  std::vector<std::string> channels; // in the order of expected_final_4d
};

class Preparation : public ::testing::TestWithParam<Case> {
protected:
  static Volumes loaded() {
    Volumes volumes;
    for (const std::string& channel : GetParam().channels) {
      volumes.push_back(
          io::read_image(test::golden("preprocess/" + GetParam().folder + "/" + channel + ".nii.gz")).channels.at(0));
    }
    return volumes;
  }

  static void expect_stage(const std::string& name, const Volumes& volumes) {
    SCOPED_TRACE(name);
    const nlohmann::json stage = test::golden_json("preprocess/" + GetParam().folder + "/stages.json")[name];
    ASSERT_EQ(stage["shape"], nlohmann::json({4, volumes[0].size[0], volumes[0].size[1], volumes[0].size[2]}));
    double sum = 0;
    double squares = 0;
    std::size_t count = 0;
    for (const Volume& volume : volumes) {
      for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
          EXPECT_NEAR(volume.affine.matrix[row][column], stage["affine"][row][column].get<double>(), 1e-6);
        }
        EXPECT_NEAR(volume.affine.translation[row], stage["affine"][row][3].get<double>(), 1e-5);
      }
      for (const float value : volume.data) {
        sum += static_cast<double>(value);
        squares += static_cast<double>(value) * static_cast<double>(value);
      }
      count += volume.data.size();
    }
    const double mean = sum / static_cast<double>(count);
    const double deviation = std::sqrt(squares / static_cast<double>(count) - mean * mean);
    const auto expected = stage["std"].get<double>();
    EXPECT_NEAR(mean, stage["mean"].get<double>(), 1e-5 * expected);
    EXPECT_NEAR(deviation, expected, 1e-5 * expected);
  }

  static void expect_final(const std::string& file, const Volumes& volumes) {
    SCOPED_TRACE(file);
    const io::ImageFile expected = io::read_image(test::golden("preprocess/" + GetParam().folder + "/" + file));
    ASSERT_EQ(expected.channels.size(), volumes.size());
    for (std::size_t channel = 0; channel < volumes.size(); ++channel) {
      double total = 0;
      ASSERT_EQ(volumes[channel].data.size(), expected.channels[channel].data.size());
      for (std::size_t at = 0; at < volumes[channel].data.size(); ++at) {
        const double error = std::abs(static_cast<double>(volumes[channel].data[at] - expected.channels[channel].data[at]));
        ASSERT_LT(error, 1e-4) << channel << " at " << at;
        total += error;
      }
      EXPECT_LT(total / static_cast<double>(volumes[channel].data.size()), 1e-6);
    }
  }

  static Volumes clipped(Volumes volumes) {
    for (Volume& volume : volumes) {
      std::ranges::transform(volume.data, volume.data.begin(), [](float value) { return std::clamp(value, 0.0F, 1.0F); });
    }
    return volumes;
  }

  static Volumes cropped(const Volumes& volumes) {
    const std::optional<Box> box = centre_symmetric_foreground(volumes);
    Volumes out;
    for (const Volume& volume : volumes) {
      out.push_back(crop(volume, box.value()));
    }
    return out;
  }
};

TEST_P(Preparation, EveryStageAndTheFinalVolumesAgree) {
  Volumes volumes = loaded();
  expect_stage("loaded", volumes);
  for (Volume& volume : volumes) {
    volume = to_ras(volume);
  }
  expect_stage("oriented", volumes);
  const Grid grid = isotropic_grid(grid_of(volumes[0]), 1.0);
  for (Volume& volume : volumes) {
    volume = resample_linear(volume, grid, Outside::kBorder);
  }
  expect_stage("resampled", volumes);
  volumes = cropped(volumes);
  expect_stage("cropped", volumes);
  for (Volume& volume : volumes) {
    scale_between(volume.data, percentile(volume.data, 5), percentile(volume.data, 95));
  }
  expect_stage("scaled", clipped(volumes));
  volumes = cropped(volumes);
  expect_stage("recropped", clipped(volumes));
  expect_final("expected_unclipped_4d.nii.gz", volumes);
  expect_final("expected_final_4d.nii.gz", clipped(volumes));
}

const std::vector<std::string> kUsual{"flair", "t1", "t1ce", "t2"};

INSTANTIATE_TEST_SUITE_P(Golden, Preparation,
                         ::testing::Values(Case{"las_anisotropic", kUsual}, Case{"oblique_isotropic", kUsual},
                                           Case{"permuted_psl", kUsual}, Case{"negative_values", {"ADC", "DWI", "FLAIR", "T1"}}),
                         [](const auto& tested) { return tested.param.folder; });

} // namespace
} // namespace brainmvp::image
