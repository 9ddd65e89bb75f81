#include "image/intensity.h"

#include <gtest/gtest.h>

#include "base/error.h"

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

TEST(ScaleToUnit, MapsAndClips) {
  std::vector<float> values{0, 10, 20, 30, 40};
  scale_to_unit(values, 10, 30);
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0.5, 1, 1}));
}

TEST(ScaleToUnit, ConstantBecomesZeroWithoutNan) {
  std::vector<float> values{5, 5, 5};
  scale_to_unit(values, 5, 5);
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0}));
}

} // namespace
} // namespace brainmvp::image
