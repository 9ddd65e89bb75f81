#include "image/intensity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "image/positive_margin.h"
#include "support/support.h"

namespace brainmvp::image {
namespace {

Volume with_voxels(const Size& size, const std::vector<Size>& positive) {
  Volume volume{.size = size, .affine = Affine{}, .data = std::vector<float>(size[0] * size[1] * size[2], -1.0F)};
  for (const Size& at : positive) {
    volume.data[volume.index(at[0], at[1], at[2])] = 1;
  }
  return volume;
}

TEST(Foreground, BoxIsSymmetricAndHoldsEveryVolume) {
  const std::vector<Volume> volumes{with_voxels({10, 9, 8}, {{3, 4, 4}}), with_voxels({10, 9, 8}, {{5, 6, 2}})};
  // i: margins min(3, 6), min(5, 4) -> 3; j: min(4, 4), min(6, 2) -> 2; k: min(4, 3), min(2, 5) -> 2.
  EXPECT_EQ(centre_symmetric_foreground(volumes), (Box{.begin = {3, 2, 2}, .end = {7, 7, 6}}));
}

TEST(Foreground, MiddleVoxelsOfARowDoNotHideItsEnds) {
  const std::vector<Volume> volumes{with_voxels({10, 3, 3}, {{1, 1, 1}, {5, 1, 1}, {7, 1, 1}})};
  EXPECT_EQ(centre_symmetric_foreground(volumes), (Box{.begin = {1, 1, 1}, .end = {9, 2, 2}}));
}

TEST(Foreground, NothingAboveZeroGivesNoBox) {
  const std::vector<Volume> volumes{with_voxels({4, 4, 4}, {})};
  EXPECT_FALSE(centre_symmetric_foreground(volumes).has_value());
}

TEST(Foreground, RefusesVolumesOfDifferentGrids) {
  const std::vector<Volume> volumes{with_voxels({4, 4, 4}, {}), with_voxels({4, 4, 5}, {})};
  EXPECT_THROW(centre_symmetric_foreground(volumes), Error);
}

TEST(Crop, MovesTheAffineAlong) {
  Volume volume{.size = {3, 2, 2}, .affine = Affine{}, .data = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  volume.affine.matrix[0][0] = 2;
  const Volume part = crop(volume, {.begin = {1, 0, 1}, .end = {3, 2, 2}});
  EXPECT_EQ(part.data, (std::vector<float>{7, 8, 10, 11}));
  EXPECT_EQ(part.affine.translation, (Vector{2, 0, 1}));
  EXPECT_THROW(crop(volume, {.begin = {0, 0, 0}, .end = {4, 2, 2}}), Error);
}

TEST(Percentile, InterpolatesBetweenRanksAsNumpy) {
  const std::vector<float> values{4, 1, 3, 2};
  EXPECT_FLOAT_EQ(percentile(values, 0), 1);
  EXPECT_FLOAT_EQ(percentile(values, 5), 1.15F);
  EXPECT_FLOAT_EQ(percentile(values, 50), 2.5F);
  EXPECT_FLOAT_EQ(percentile(values, 100), 4);
  EXPECT_THROW(percentile({}, 50), Error);
  EXPECT_THROW(percentile(values, 101), Error);
}

TEST(Percentile, LargeArraysAgreeWithSorting) {
  const std::size_t count = 50001;
  std::vector<float> noise = test::fill("percentile", count);
  std::vector<float> mostly_zero(count);
  std::vector<float> whole(count);
  std::vector<float> ordered = noise;
  std::vector<float> rare(count, 3.0F); // what a sample does not see
  std::ranges::sort(ordered);
  for (std::size_t i = 0; i < count; ++i) {
    mostly_zero[i] = i % 100 < 90 ? 0 : noise[i];
    whole[i] = std::round(noise[i] * 4);
    rare[i] = i % 500 == 7 ? noise[i] : 3.0F;
  }
  std::vector<float> misleading = noise; // the values at even distances are all the same
  for (std::size_t i = 0; i < 4096; ++i) {
    misleading[i * count / 4096] = 0;
  }
  for (const std::vector<float>& values : {noise, mostly_zero, whole, ordered, rare, misleading}) {
    std::vector<float> sorted = values;
    std::ranges::sort(sorted);
    for (const double q : {0.0, 0.01, 5.0, 37.3, 95.0, 99.99, 100.0}) {
      const double rank = q / 100 * static_cast<double>(count - 1);
      const auto below = static_cast<std::size_t>(rank);
      const double low = sorted[below];
      const double high = sorted[std::min(below + 1, count - 1)];
      EXPECT_EQ(percentile(values, q), static_cast<float>(low + (high - low) * (rank - static_cast<double>(below)))) << q;
    }
    EXPECT_EQ(percentiles(values, {5, 95}), (std::array{percentile(values, 5), percentile(values, 95)}));
  }
}

TEST(PositiveMargin, AgreesWithLookingAtEveryVoxel) {
  const std::vector<float> random = test::fill("margin", 2000);
  for (std::size_t trial = 0; trial < 200; ++trial) {
    const Size size{1 + trial % 11, 1 + trial % 7, 1 + trial % 5};
    std::vector<std::int16_t> values(size[0] * size[1] * size[2]);
    Size expected = size;
    for (std::size_t at = 0; at < values.size(); ++at) {
      values[at] = static_cast<std::int16_t>(random[(trial * 13 + at * 7) % 2000] > 0.96F ? 5 : -1);
      const Size index{at % size[0], at / size[0] % size[1], at / size[0] / size[1]};
      for (std::size_t axis = 0; values[at] > 0 && axis < 3; ++axis) {
        expected[axis] = std::min({expected[axis], index[axis], size[axis] - 1 - index[axis]});
      }
    }
    EXPECT_EQ(positive_margin(size, [&](std::size_t at) { return values[at]; }), expected) << trial;
    EXPECT_EQ(positive_margin(size, [&](std::size_t at) { return static_cast<float>(values[at]); }), expected) << trial;
  }
}

TEST(ScaleBetween, MapsAndGoesOnBeyond) {
  std::vector<float> values{0, 10, 20, 30, 50};
  scale_between(values, 10, 30);
  EXPECT_EQ(values, (std::vector<float>{-0.5, 0, 0.5, 1, 2}));
}

TEST(ScaleBetween, ConstantBecomesZeroWithoutNan) {
  std::vector<float> values{5, 5, 5};
  scale_between(values, 5, 5);
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0}));
}

} // namespace
} // namespace brainmvp::image
