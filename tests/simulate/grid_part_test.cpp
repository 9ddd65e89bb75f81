// A block of a grid and back.
#include "simulate/grid_part.h"

#include <gtest/gtest.h>

namespace brainmvp::simulate {
namespace {

const image::Grid kGrid{.size = {10, 12, 8},
                        .affine = {.matrix = {{{-2, 0, 0}, {0, -2, 0}, {0, 0, 2}}}, .translation = {9, 11, -7}}};

TEST(GridPart, HoldsTheBoxWhateverWayTheAxesRun) {
  image::Affine place;
  place.translation = {1, 0, 0};
  const GridPart part = part_within(kGrid, place, {.low_mm = {-2, -3, -1}, .high_mm = {4, 1, 3}});
  EXPECT_EQ(part.low, (image::Size{3, 5, 3})); // i = (9 + 1 - 4) / 2, j = (11 - 1) / 2, k = (7 - 1) / 2
  EXPECT_EQ(part.high, (image::Size{7, 8, 6}));
  EXPECT_EQ(grid_of_part(kGrid, part).affine.translation, kGrid.affine.apply({3, 5, 3}));
}

TEST(GridPart, OutsideTheGridIsItsNearestVoxel) {
  const GridPart part = part_within(kGrid, {}, {.low_mm = {100, 100, 100}, .high_mm = {120, 120, 120}});
  EXPECT_EQ(part.low, (image::Size{0, 0, 7}));
  EXPECT_EQ(part.high, (image::Size{1, 1, 8}));
}

TEST(GridPart, IsPutBackWhereItWas) {
  const GridPart part{.low = {2, 3, 1}, .high = {4, 6, 5}};
  const image::Grid cut = grid_of_part(kGrid, part);
  image::Volume volume{.size = cut.size, .affine = cut.affine, .data = {}};
  volume.data.assign(volume.voxels(), 7.0F);
  const image::Volume whole = put_back(volume, kGrid, part);
  EXPECT_EQ(whole.size, kGrid.size);
  for (std::size_t k = 0; k < 8; ++k) {
    for (std::size_t j = 0; j < 12; ++j) {
      for (std::size_t i = 0; i < 10; ++i) {
        const bool inside = i >= 2 && i < 4 && j >= 3 && j < 6 && k >= 1 && k < 5;
        ASSERT_EQ(whole.data[whole.index(i, j, k)], inside ? 7.0F : 0.0F) << i << " " << j << " " << k;
      }
    }
  }
}

} // namespace
} // namespace brainmvp::simulate
