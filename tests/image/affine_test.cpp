#include "image/affine.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

namespace brainmvp::image {
namespace {

constexpr Affine kOblique{.matrix = {{{0.8, -0.6, 0.1}, {0.6, 0.8, 0.0}, {0.0, 0.2, 2.5}}}, .translation = {-10, 20, 5}};

TEST(Affine, AppliesAndComposesByHand) {
  const Affine scale{.matrix = {{{2, 0, 0}, {0, 3, 0}, {0, 0, 4}}}, .translation = {1, 2, 3}};
  EXPECT_EQ(scale.apply({1, 1, 1}), (Vector{3, 5, 7}));
  EXPECT_EQ(scale.determinant(), 24);
  EXPECT_EQ(scale.spacing_mm(), (Vector{2, 3, 4}));
  const Affine swap{.matrix = {{{0, 1, 0}, {1, 0, 0}, {0, 0, 1}}}, .translation = {10, 0, 0}};
  EXPECT_EQ(scale.after(swap).apply({1, 2, 3}), (Vector{25, 5, 15}));
}

TEST(Affine, InverseUndoesAnObliqueMap) {
  const Affine identity = kOblique.inverse().after(kOblique);
  EXPECT_LT(corner_distance_mm(identity, Affine{}, {300, 300, 300}), 1e-10);
}

TEST(Affine, InverseRefusesSingularAndNonFinite) {
  Affine flat;
  flat.matrix[2] = {0, 0, 0};
  EXPECT_THROW((void)flat.inverse(), Error);
  Affine parallel;
  parallel.matrix = {{{1, 1, 0}, {1, 1, 0}, {0, 0, 1}}};
  EXPECT_THROW((void)parallel.inverse(), Error);
  Affine nan;
  nan.translation[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)nan.inverse(), Error);
}

TEST(Affine, TinyVoxelsAreNotSingular) {
  const Affine metre{.matrix = {{{1e-4, 0, 0}, {0, 1e-4, 0}, {0, 0, 1e-4}}}, .translation = {0, 0, 0}};
  EXPECT_NEAR(metre.inverse().matrix[1][1], 1e4, 1e-6);
}

TEST(Affine, OrthogonalSeesShear) {
  Affine sheared;
  EXPECT_TRUE(sheared.orthogonal());
  sheared.matrix[0][1] = 0.1;
  EXPECT_FALSE(sheared.orthogonal());
}

TEST(AxisCodes, NameTheDirectionOfEachIndex) {
  EXPECT_EQ(axis_codes(Affine{}), "RAS");
  EXPECT_EQ(axis_codes({.matrix = {{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}}, .translation = {}}), "LPS");
  // i runs to the back, j upwards, k to the left.
  EXPECT_EQ(axis_codes({.matrix = {{{0, 0, -1}, {-1, 0, 0}, {0, 1, 0}}}, .translation = {}}), "PSL");
}

TEST(CornerDistance, IsTheLargestOverTheGrid) {
  Affine stretched;
  stretched.matrix[0][0] = 1.001;
  EXPECT_NEAR(corner_distance_mm(Affine{}, stretched, {101, 10, 10}), 0.1, 1e-12);
}

} // namespace
} // namespace brainmvp::image
