#include "image/orientation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/error.h"

namespace brainmvp::image {
namespace {

Volume numbered(const Size& size, const Affine& affine) {
  Volume volume{.size = size, .affine = affine, .data = {}};
  volume.data.resize(volume.voxels());
  std::iota(volume.data.begin(), volume.data.end(), 0.0F);
  return volume;
}

Vector world_of(const BasicVolume<float>& volume, std::size_t at) {
  return volume.affine.apply({static_cast<double>(at % volume.size[0]), static_cast<double>(at / volume.size[0] % volume.size[1]),
                              static_cast<double>(at / volume.size[0] / volume.size[1])});
}

TEST(ToRas, FlipsByHand) {
  const Affine lps{.matrix = {{{-2, 0, 0}, {0, -1, 0}, {0, 0, 3}}}, .translation = {5, 6, 7}};
  const Volume out = to_ras(numbered({2, 2, 1}, lps));
  EXPECT_EQ(out.data, (std::vector<float>{3, 2, 1, 0}));
  EXPECT_EQ(out.affine, (Affine{.matrix = {{{2, 0, 0}, {0, 1, 0}, {0, 0, 3}}}, .translation = {3, 5, 7}}));
}

TEST(ToRas, PermutesByHand) {
  const Affine asr{.matrix = {{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}}, .translation = {0, 0, 0}};
  const Volume out = to_ras(numbered({2, 3, 2}, asr)); // i -> A, j -> S, k -> R
  EXPECT_EQ(out.size, (Size{2, 2, 3}));
  EXPECT_EQ(out.data, (std::vector<float>{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
  EXPECT_EQ(out.affine, Affine{});
}

TEST(ToRas, KeepsTheWorldPositionOfEveryVoxelForAll48Orders) {
  std::array<std::size_t, 3> axes{0, 1, 2};
  do {
    for (unsigned signs = 0; signs < 8; ++signs) {
      Affine affine{.matrix = {}, .translation = {1, -2, 3}};
      for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
          const double size = axes[column] == row ? 1.0 + static_cast<double>(column) : 0.05 * static_cast<double>(row);
          affine.matrix[row][column] = ((signs >> column) & 1U) != 0 ? -size : size;
        }
      }
      const Volume in = numbered({2, 3, 4}, affine);
      const Volume out = to_ras(in);
      EXPECT_EQ(axis_codes(out.affine), "RAS");
      for (std::size_t at = 0; at < out.data.size(); ++at) {
        const Vector to = world_of(out, at);
        const Vector from = world_of(in, static_cast<std::size_t>(out.data[at]));
        for (std::size_t row = 0; row < 3; ++row) {
          ASSERT_NEAR(to[row], from[row], 1e-12);
        }
      }
    }
  } while (std::ranges::next_permutation(axes).found);
}

TEST(OrderToRas, LargestComponentChoosesFirst) {
  // Both j and k lie closest to S; j is the nearer one, so k takes what is left.
  const Affine steep{.matrix = {{{1, 0, 0}, {0, 0.1, 0.65}, {0, 1, 0.75}}}, .translation = {0, 0, 0}};
  EXPECT_EQ(order_to_ras(steep).source_axis, (std::array<std::size_t, 3>{0, 2, 1}));
}

TEST(OrderToRas, RefusesASingularAffine) {
  Affine flat;
  flat.matrix[1] = {0, 0, 0};
  EXPECT_THROW(order_to_ras(flat), Error);
}

} // namespace
} // namespace brainmvp::image
