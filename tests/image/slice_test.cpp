#include "image/slice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"

namespace brainmvp::image {
namespace {

// value(i, j, k) = i + 10 j + 100 k on a 2 x 3 x 4 grid.
Volume counted() {
  Volume volume{.size = {2, 3, 4}, .affine = {}, .data = {}};
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) {
        volume.data.push_back(static_cast<float>(i + 10 * j + 100 * k));
      }
    }
  }
  return volume;
}

using Pixels = std::vector<std::uint8_t>;
constexpr Window kBytes{0, 255}; // a value up to 255 is its own grey

TEST(Slice, PlanesShowLeftOnTheLeftAndAnteriorOrSuperiorOnTop) {
  const Volume volume = counted();
  EXPECT_EQ(slice(volume, Plane::kAxial, 1, kBytes).pixels, (Pixels{120, 121, 110, 111, 100, 101}));
  EXPECT_EQ(slice(volume, Plane::kCoronal, 1, kBytes).pixels, (Pixels{255, 255, 210, 211, 110, 111, 10, 11}));
  EXPECT_EQ(slice(volume, Plane::kSagittal, 1, kBytes).pixels, (Pixels{255, 255, 255, 201, 211, 221, 101, 111, 121, 1, 11, 21}));
  EXPECT_EQ(slice_count(volume.size, Plane::kSagittal), 2U);
}

TEST(Slice, WindowClipsAndNonFiniteIsBlack) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Volume volume{.size = {5, 1, 1}, .affine = {}, .data = {-1, 0.5F, 2, infinity, std::nanf("")}};
  EXPECT_EQ(slice(volume, Plane::kAxial, 0).pixels, (Pixels{0, 128, 255, 0, 0}));
  EXPECT_EQ(slice(volume, Plane::kAxial, 0, {1, 1}).pixels, Pixels(5, 0)); // an empty window
}

TEST(Slice, IndexOutsideIsRefused) { EXPECT_THROW(slice(counted(), Plane::kAxial, 4), Error); }

TEST(Pictures, PasteCutsWhatSticksOut) {
  GreyImage onto{2, 2, Pixels(4, 0)};
  const GreyImage part{2, 2, {1, 2, 3, 4}};
  paste(part, 1, 1, onto);
  EXPECT_EQ(onto.pixels, (Pixels{0, 0, 0, 1}));
  paste(part, 5, 0, onto);
  EXPECT_EQ(onto.pixels, (Pixels{0, 0, 0, 1}));
}

TEST(Pictures, RowsAndColumnsKeepEveryPixel) {
  const std::vector<GreyImage> parts{{1, 2, {1, 2}}, {2, 1, {3, 4}}};
  const GreyImage row = beside(parts, 1);
  EXPECT_EQ(row.width, 4U);
  EXPECT_EQ(row.pixels, (Pixels{1, 0, 3, 4, 2, 0, 0, 0}));
  const GreyImage column = stacked(parts, 1);
  EXPECT_EQ(column.width, 2U);
  EXPECT_EQ(column.pixels, (Pixels{1, 0, 2, 0, 0, 0, 3, 4}));
}

} // namespace
} // namespace brainmvp::image
