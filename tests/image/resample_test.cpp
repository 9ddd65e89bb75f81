#include "image/resample.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::image {
namespace {

constexpr Affine kRotated{.matrix = {{{0.8, -0.6, 0}, {0.6, 0.8, 0}, {0, 0, 1}}}, .translation = {1, 2, 3}};

// A field that is linear in space, on which linear interpolation is exact.
double plane(const Vector& x) { return 1 + 2 * x[0] - 3 * x[1] + 0.5 * x[2]; }

std::vector<Vector> indices(const Size& size) {
  std::vector<Vector> all;
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t i = 0; i < size[0]; ++i) {
        all.push_back({static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)});
      }
    }
  }
  return all;
}

Volume plane_volume(const Size& size, const Affine& affine) {
  Volume volume{.size = size, .affine = affine, .data = {}};
  for (const Vector& index : indices(size)) {
    volume.data.push_back(static_cast<float>(plane(affine.apply(index))));
  }
  return volume;
}

TEST(IsotropicGrid, KeepsTheFirstVoxelAndRoundsTheSize) {
  const Affine affine{.matrix = {{{0.9, 0, 0}, {0, 1.1, 0}, {0, 0, 2}}}, .translation = {-3, 4, 5}};
  const Grid grid = isotropic_grid({.size = {30, 34, 18}, .affine = affine}, 1.0);
  EXPECT_EQ(grid.size, (Size{27, 37, 35}));
  EXPECT_EQ(grid.affine.translation, affine.translation);
  EXPECT_LT(corner_distance_mm(grid.affine, {.matrix = Affine{}.matrix, .translation = {-3, 4, 5}}, grid.size), 1e-12);
}

TEST(IsotropicGrid, RoundsHalvesToEvenAsNumpy) {
  const Affine half{.matrix = {{{0.5, 0, 0}, {0, 0.5, 0}, {0, 0, 1}}}, .translation = {0, 0, 0}};
  // 1 + 119.5 = 120.5 -> 120; 1 + 118.5 = 119.5 -> 120.
  EXPECT_EQ(isotropic_grid({.size = {240, 238, 10}, .affine = half}, 1.0).size, (Size{120, 120, 10}));
}

TEST(IsotropicGrid, ShearedGridBecomesOrthogonalAndHoldsEveryCentre) {
  const Affine sheared{.matrix = {{{1, -0.5, 0}, {0, 1, 0}, {0, 0, 1}}}, .translation = {10, 0, 0}};
  const Grid grid = isotropic_grid({.size = {11, 11, 5}, .affine = sheared}, 1.0);
  EXPECT_TRUE(grid.affine.orthogonal(1e-12));
  EXPECT_EQ(grid.size, (Size{16, 11, 5}));
  EXPECT_NEAR(grid.affine.translation[0], 5, 1e-12);
}

TEST(IsotropicGrid, RefusesAGridOfKilometres) {
  const Affine wide{.matrix = {{{1e6, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, .translation = {0, 0, 0}};
  EXPECT_THROW(isotropic_grid({.size = {100, 10, 10}, .affine = wide}, 1.0), Error);
}

TEST(ResampleLinear, InterpolatesByHandAndContinuesTheBorder) {
  const Volume source{.size = {2, 1, 1}, .affine = Affine{}, .data = {10, 20}};
  const Affine wider{.matrix = {{{0.75, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, .translation = {-0.75, 0, 0}};
  const Grid target{.size = {5, 1, 1}, .affine = wider}; // x = -0.75, 0, 0.75, 1.5, 2.25
  EXPECT_EQ(resample_linear(source, target, Outside::kBorder).data, (std::vector<float>{10, 10, 17.5, 20, 20}));
  EXPECT_EQ(resample_linear(source, target, Outside::kZero).data, (std::vector<float>{0, 10, 17.5, 20, 0}));
}

TEST(ResampleLinear, IsExactOnALinearFieldForSeparableAndObliqueMaps) {
  const Affine scaled{.matrix = {{{1.5, 0, 0}, {0, 0.75, 0}, {0, 0, 2}}}, .translation = {-2, 1, 0}};
  const Grid target{.size = {5, 6, 7},
                    .affine = {.matrix = {{{0.9, 0, 0}, {0, 0.8, 0}, {0, 0, 1.1}}}, .translation = {-1, 6, 4}}};
  for (const Affine& from : {scaled, kRotated}) {
    const Volume out = resample_linear(plane_volume({12, 13, 14}, from), target, Outside::kZero);
    const std::vector<Vector> all = indices(target.size);
    for (std::size_t at = 0; at < all.size(); ++at) {
      ASSERT_NEAR(out.data[at], plane(target.affine.apply(all[at])), 2e-5);
    }
  }
}

TEST(ResampleLinear, SeparableAndGeneralPathsAgree) {
  const Volume source{.size = {9, 8, 7}, .affine = Affine{}, .data = test::fill("resample", 9 * 8 * 7)};
  const Affine scaled{.matrix = {{{0.7, 0, 0}, {0, 0.6, 0}, {0, 0, 0.5}}}, .translation = {0.1, 0.2, 0.3}};
  Affine nearly = scaled;
  nearly.matrix[0][1] = 1e-6; // enough to leave the separable path
  const Volume a = resample_linear(source, {.size = {12, 13, 14}, .affine = scaled}, Outside::kBorder);
  const Volume b = resample_linear(source, {.size = {12, 13, 14}, .affine = nearly}, Outside::kBorder, 3);
  for (std::size_t at = 0; at < a.data.size(); ++at) {
    ASSERT_NEAR(a.data[at], b.data[at], 5e-5);
  }
}

TEST(ResampleLinear, ZeroOutsideOnEitherPathAndForAnyThreads) {
  const Volume source{.size = {9, 8, 7}, .affine = Affine{}, .data = test::fill("outside", 9 * 8 * 7)};
  // Along i half as many voxels and a part outside, along j the same grid, along k more voxels and both ends outside.
  const Affine around{.matrix = {{{2, 0, 0}, {0, 1, 0}, {0, 0, 0.4}}}, .translation = {1, 0, -2}};
  Affine nearly = around;
  nearly.matrix[1][0] = 1e-6;
  const Size size{6, 8, 30};
  const Volume a = resample_linear(source, {.size = size, .affine = around}, Outside::kZero);
  const Volume b = resample_linear(source, {.size = size, .affine = nearly}, Outside::kZero);
  for (std::size_t at = 0; at < a.data.size(); ++at) {
    ASSERT_NEAR(a.data[at], b.data[at], 5e-5) << at;
  }
  EXPECT_EQ(a.data[a.index(5, 3, 10)], 0);
  EXPECT_NE(a.data[a.index(3, 3, 10)], 0);
  EXPECT_EQ(resample_linear(source, {.size = size, .affine = around}, Outside::kZero, 4).data, a.data);
}

TEST(ResampleNearest, SeparableAndGeneralPathsAgree) {
  LabelVolume source{.size = {9, 8, 7}, .affine = Affine{}, .data = std::vector<std::int32_t>(9 * 8 * 7)};
  std::iota(source.data.begin(), source.data.end(), 1);
  const Affine around{.matrix = {{{0.7, 0, 0}, {0, 1.3, 0}, {0, 0, 0.41}}}, .translation = {-1.05, 0.22, -2.13}};
  Affine nearly = around;
  nearly.matrix[1][0] = 1e-6;
  const Size size{16, 7, 30};
  const LabelVolume a = resample_nearest(source, {.size = size, .affine = around});
  EXPECT_EQ(a.data, resample_nearest(source, {.size = size, .affine = nearly}).data);
  EXPECT_EQ(a.data, resample_nearest(source, {.size = size, .affine = around}, 3).data);
}

TEST(ResampleLinear, SameGridIsLeftAloneBitForBit) {
  const Volume source{.size = {4, 5, 6}, .affine = kRotated, .data = test::fill("same", 120)};
  Affine near = kRotated;
  near.translation[0] += 3e-5;
  EXPECT_EQ(resample_linear(source, {.size = source.size, .affine = near}, Outside::kZero).data, source.data);
  near.translation[0] += 0.4;
  EXPECT_NE(resample_linear(source, {.size = source.size, .affine = near}, Outside::kZero).data, source.data);
}

TEST(ResampleNearest, TakesTheNearestLabelAndZeroOutside) {
  const LabelVolume source{.size = {3, 1, 1}, .affine = Affine{}, .data = {7, 8, 9}};
  const Affine fine{.matrix = {{{0.4, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, .translation = {-0.8, 0, 0}};
  // x = -0.8, -0.4, 0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8
  EXPECT_EQ(resample_nearest(source, {.size = {10, 1, 1}, .affine = fine}).data,
            (std::vector<std::int32_t>{0, 7, 7, 7, 8, 8, 9, 9, 9, 0}));
}

TEST(ResampleNearest, TiesGoOneWayWhateverTheRounding) {
  const LabelVolume source{.size = {4, 1, 1}, .affine = Affine{}, .data = {1, 2, 3, 4}};
  for (const double noise : {-1e-12, 0.0, 1e-12}) {
    const Affine half{.matrix = {{{0.5 + noise, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, .translation = {0, 0, 0}};
    EXPECT_EQ(resample_nearest(source, {.size = {7, 1, 1}, .affine = half}).data,
              (std::vector<std::int32_t>{1, 2, 2, 3, 3, 4, 4}));
  }
}

TEST(Resample, RefusesDataThatDoesNotFitItsGrid) {
  const Volume broken{.size = {3, 3, 3}, .affine = Affine{}, .data = {1, 2}};
  EXPECT_THROW(resample_linear(broken, {.size = {3, 3, 3}, .affine = Affine{}}, Outside::kBorder), Error);
}

} // namespace
} // namespace brainmvp::image
