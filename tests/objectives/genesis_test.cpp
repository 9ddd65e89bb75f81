#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "constant_network.h"
#include "objective_case.h"
#include "objectives/genesis/distortion.h"

namespace brainmvp::objectives {
namespace {

constexpr Sides kSize{24, 21, 30};
constexpr std::int64_t kVoxels = kSize[0] * kSize[1] * kSize[2];

// Values that no noise has, each another one.
std::vector<float> numbered() {
  std::vector<float> values(kVoxels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 2 + static_cast<float>(i);
  }
  return values;
}

double share_of_noise(const std::vector<float>& values) {
  return static_cast<double>(std::ranges::count_if(values, [](float value) { return value < 1; })) / kVoxels;
}

bool near_border(std::size_t voxel) {
  const auto v = static_cast<std::int64_t>(voxel);
  const Sides place{v / (kSize[1] * kSize[2]), v / kSize[2] % kSize[1], v % kSize[2]};
  bool near = false;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    near = near || place[axis] < 3 || place[axis] >= kSize[axis] - 3;
  }
  return near;
}

TEST(BezierCurve, EqualsTheValuesByHand) {
  const IntensityCurve line = bezier_curve({1.0 / 3, 1.0 / 3}, {2.0 / 3, 2.0 / 3}, true);
  const IntensityCurve turned = bezier_curve({1.0 / 3, 1.0 / 3}, {2.0 / 3, 2.0 / 3}, false);
  for (const double x : {0.0, 0.1, 0.77, 1.0}) {
    EXPECT_NEAR(line.at(x), x, 1e-12);
    EXPECT_NEAR(turned.at(x), 1 - x, 1e-12);
  }
  // The middle of the curve, t = 1/2: x = 3/8 (0.2 + 0.4) + 1/8, y = 3/8 (0.6 + 0.9) + 1/8.
  EXPECT_NEAR(bezier_curve({0.2, 0.6}, {0.4, 0.9}, true).at(0.35), 0.6875, 1e-5);
  EXPECT_EQ(line.at(-3), 0) << "nothing comes from outside";
  EXPECT_EQ(line.at(3), 1);
}

TEST(DrawCurve, HalfOfTheCurvesRise) {
  RandomStream stream({1});
  int rising = 0;
  for (int i = 0; i < 400; ++i) {
    const IntensityCurve curve = draw_curve(stream);
    rising += curve.at(0) < curve.at(1) ? 1 : 0;
    EXPECT_NEAR(std::abs(curve.at(1) - curve.at(0)), 1, 1e-12);
  }
  EXPECT_NEAR(rising, 200, 50);
}

TEST(DrawFlips, AreAtMostThreeOfAnAxisEach) {
  RandomStream stream({2});
  int flipped = 0;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(draw_flips(0, stream), (std::array<bool, 3>{}));
    const auto three = draw_flips(1, stream); // an odd number is left of three
    EXPECT_EQ((three[0] + three[1] + three[2]) % 2, 1);
    const auto some = draw_flips(0.4, stream);
    flipped += some[0] || some[1] || some[2] ? 1 : 0;
  }
  // 0.4 * (1 - 0.4) one flip, 0.4^2 (1 - 0.4) two, which meet in a third, 0.4^3 three: 0.24 + 0.064 + 0.064 = 0.368.
  EXPECT_NEAR(flipped, 368, 60);
}

// Windows of this crop are up to 2 x 2 x 3.
TEST(ShuffleLocally, ValuesStayWithinAWindow) {
  const std::vector<float> before = numbered();
  std::vector<float> after = before;
  RandomStream stream({3});
  shuffle_locally({.values = after, .size = kSize}, stream);
  std::int64_t moved = 0;
  for (std::size_t voxel = 0; voxel < after.size(); ++voxel) {
    const auto from = static_cast<std::int64_t>(after[voxel] - 2), to = static_cast<std::int64_t>(voxel);
    const std::int64_t plane = kSize[1] * kSize[2];
    EXPECT_LE(std::abs(from / plane - to / plane), 1);
    EXPECT_LE(std::abs(from / kSize[2] % kSize[1] - to / kSize[2] % kSize[1]), 1);
    EXPECT_LE(std::abs(from % kSize[2] - to % kSize[2]), 2);
    moved += from != to ? 1 : 0;
  }
  EXPECT_GT(moved, kVoxels / 2);
  std::vector<float> small(before.begin(), before.begin() + 8 * 8 * 8);
  const std::vector<float> small_before = small;
  shuffle_locally({.values = small, .size = {8, 8, 8}}, stream);
  EXPECT_EQ(small, small_before) << "a tenth of 8 is no voxel";
}

TEST(PaintInside, FillsUpToFiveBoxesAwayFromTheBorder) {
  double most = 0;
  for (std::uint64_t draw = 0; draw < 30; ++draw) {
    const std::vector<float> before = numbered();
    std::vector<float> after = before;
    RandomStream stream({4, draw});
    paint_inside({.values = after, .size = kSize}, stream);
    for (std::size_t voxel = 0; voxel < after.size(); ++voxel) {
      EXPECT_TRUE(after[voxel] == before[voxel] || (after[voxel] >= 0 && after[voxel] < 1 && !near_border(voxel)));
    }
    EXPECT_LE(share_of_noise(after), 5.0 / 27 + 1e-12);
    most = std::max(most, share_of_noise(after));
  }
  EXPECT_GT(most, 1.0 / 27);
}

TEST(PaintOutside, SparesOneToFiveBoxesAwayFromTheBorder) {
  double least = 1;
  for (std::uint64_t draw = 0; draw < 30; ++draw) {
    const std::vector<float> before = numbered();
    std::vector<float> after = before;
    RandomStream stream({5, draw});
    paint_outside({.values = after, .size = kSize}, stream);
    for (std::size_t voxel = 0; voxel < after.size(); ++voxel) {
      EXPECT_TRUE((after[voxel] >= 0 && after[voxel] < 1) || (after[voxel] == before[voxel] && !near_border(voxel)));
    }
    EXPECT_LE(share_of_noise(after), 1 - 11.0 * 9 * 13 / kVoxels + 1e-12) << "a box of 3/7 of the sides, rounded up, is left";
    least = std::min(least, share_of_noise(after));
  }
  EXPECT_LT(least, 0.75);
}

TEST(Distort, FollowsItsRates) {
  const std::vector<float> before(kVoxels, 0.25F);
  int painted = 0, outside = 0, curved = 0;
  for (std::uint64_t draw = 0; draw < 300; ++draw) {
    std::vector<float> after = before;
    RandomStream stream({6, draw});
    distort({.values = after, .size = kSize}, {.shuffle = 0}, stream);
    std::vector<float> sorted = after;
    std::ranges::sort(sorted);
    const bool uniform = sorted.front() == sorted.back();
    painted += uniform ? 0 : 1;
    outside += after.front() != after.back() ? 1 : 0; // both lie at the border
    const float middle = sorted[sorted.size() / 2];
    curved += uniform && middle != 0.25F ? 1 : 0;
  }
  EXPECT_NEAR(outside, 300 * 0.72, 30);
  EXPECT_NEAR(painted, 300 * (0.72 + 0.18 * 0.95), 25);
  EXPECT_NEAR(curved, (300 - painted) * 0.9, 10);
  std::vector<float> after = before;
  RandomStream stream({7});
  distort({.values = after, .size = kSize}, {.shuffle = 0, .curve = 0, .paint = 0}, stream);
  EXPECT_EQ(after, before);
}

class Genesis : public testing::Test, protected ObjectiveCase {};

TEST_F(Genesis, LossIsTheMeanSquareOverAllVoxelsOfTheImageCutToZeroAndOne) {
  const auto made = make("genesis");
  make_constant(*made, "up1conv.bias", 0.25);
  Batch given = batch(*made, 2);
  given.images = given.images * 3 - 1;
  const double loss = (given.images.clamp(0, 1) - 0.25).square().mean().item<double>();
  EXPECT_NEAR(made->losses(given, {}).front().second.item<double>(), loss, 1e-6);
}

} // namespace
} // namespace brainmvp::objectives
