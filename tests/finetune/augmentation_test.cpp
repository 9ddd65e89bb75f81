#include "train/augmentation.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rot90.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <numbers>

#include "finetune/augmentation_set.h"
#include "support/golden_tensors.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

Tensor example() { return test::filled("image", {2, 6, 6, 6}) * 0.5 + 0.5; }

TEST(Flipped, TurnsTheAxesThatAreNamed) {
  const Tensor x = example();
  EXPECT_TRUE(train::flipped(x, {true, false, false}).equal(x.flip(1)));
  EXPECT_TRUE(train::flipped(x, {false, true, true}).equal(x.flip({2, 3})));
  EXPECT_TRUE(train::flipped(x, {false, false, false}).equal(x));
}

TEST(RotatedAndScaled, IsAnExactQuarterTurnAboutEachAxis) {
  const Tensor x = example();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    train::SpatialDraw draw;
    draw.angles[axis] = std::numbers::pi / 2;
    const auto first = static_cast<std::int64_t>((axis + 1) % 3) + 1;
    const auto second = static_cast<std::int64_t>((axis + 2) % 3) + 1;
    for (const train::Interpolation interpolation : {train::Interpolation::kLinear, train::Interpolation::kNearest}) {
      EXPECT_TRUE(at::allclose(train::rotated_and_scaled(x, draw, interpolation), at::rot90(x, 1, {first, second}), 1e-4, 1e-4))
          << axis;
    }
  }
}

TEST(RotatedAndScaled, TurnsBoxesWithoutStretchingThem) {
  Tensor x = at::zeros({1, 12, 8, 4});
  x[0].slice(0, 4, 8).slice(1, 3, 5).slice(2, 1, 3).fill_(1); // 4 x 2 x 2 voxels about the centre
  train::SpatialDraw draw;
  draw.angles[2] = std::numbers::pi / 2;
  const Tensor turned = train::rotated_and_scaled(x, draw, train::Interpolation::kNearest);
  EXPECT_EQ(turned.sum().item<double>(), 16);
  EXPECT_EQ(turned[0].slice(0, 5, 7).slice(1, 2, 6).slice(2, 1, 3).sum().item<double>(), 16);
}

TEST(RotatedAndScaled, GrowsAboutTheCentre) {
  Tensor x = at::zeros({1, 16, 16, 16});
  x[0].slice(0, 6, 10).slice(1, 6, 10).slice(2, 6, 10).fill_(1);
  EXPECT_EQ(train::rotated_and_scaled(x, {.scale = 2}, train::Interpolation::kNearest).sum().item<double>(), 8 * 8 * 8);
}

TEST(Intensity, LeavesConstantsWhereItShould) {
  const Tensor x = at::full({1, 7, 8, 9}, 0.25);
  EXPECT_TRUE(at::allclose(train::blurred(x, 1), x));
  EXPECT_TRUE(at::allclose(train::at_low_resolution(x, 2), x));
  EXPECT_TRUE(at::allclose(train::with_gamma(x, 2), x.square()));
  EXPECT_TRUE(at::equal(train::with_gamma(at::tensor({-2.0F, -1.0F, 1.0F, 3.0F}), 2), at::tensor({-4.0F, -1.0F, 1.0F, 9.0F})));
  EXPECT_TRUE(at::allclose(train::changed_in_intensity(x[0], {.scale = 1.1, .shift = -0.05}), x[0] * 1.1 - 0.05));
}

TEST(Blurred, SpreadsAPointAsAGaussian) {
  Tensor x = at::zeros({1, 9, 9, 9});
  x[0][4][4][4] = 1;
  const Tensor y = train::blurred(x, 1);
  EXPECT_NEAR(y.sum().item<double>(), 1, 1e-5);
  EXPECT_NEAR((y[0][4][4][5] / y[0][4][4][4]).item<double>(), std::exp(-0.5), 1e-5);
}

TEST(WithNoise, HasTheStatedDeviationAndDependsOnTheSeedAlone) {
  const Tensor x = at::zeros({1, 20, 20, 20});
  const Tensor noisy = train::with_noise(x, 0.1, 3);
  EXPECT_NEAR(noisy.std().item<double>(), 0.1, 0.003);
  EXPECT_TRUE(noisy.equal(train::with_noise(x, 0.1, 3)));
  EXPECT_FALSE(noisy.equal(train::with_noise(x, 0.1, 4)));
}

TEST(Draws, StayWithinTheOptionsAndAreNothingForNone) {
  RandomStream stream({1});
  const train::AugmentationOptions full = augmentation_set("full");
  bool turned = false;
  for (int i = 0; i < 200; ++i) {
    const train::SpatialDraw draw = train::draw_spatial(full, stream);
    turned = turned || draw.angles[0] != 0;
    EXPECT_LE(std::abs(draw.angles[1]), 15 * std::numbers::pi / 180);
    EXPECT_LE(draw.scale, 1.15 + 1e-9);
    const train::IntensityDraw intensity = train::draw_intensity(full, stream);
    EXPECT_LE(std::abs(intensity.scale - 1), 0.1);
    EXPECT_LE(intensity.low_resolution_factor, 2);
  }
  EXPECT_TRUE(turned);
  const Tensor x = example();
  EXPECT_TRUE(
      train::changed_in_space(x, train::draw_spatial(augmentation_set("none"), stream), train::Interpolation::kLinear).equal(x));
  EXPECT_TRUE(train::changed_in_intensity(x[0], train::draw_intensity(augmentation_set("none"), stream)).equal(x[0]));
}

} // namespace
} // namespace brainmvp::finetune
