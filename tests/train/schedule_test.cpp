#include "train/schedule.h"

#include <gtest/gtest.h>

namespace brainmvp::train {
namespace {

TEST(Schedule, CosineFallsFromPeakToFloor) {
  const Schedule schedule{.peak = 0.2, .floor = 0, .warmup_steps = 0, .total_steps = 6};
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.2);
  EXPECT_NEAR(schedule.rate(2), 0.15, 1e-15); // (1 + cos 60 degrees) / 2 = 3/4
  EXPECT_NEAR(schedule.rate(3), 0.1, 1e-15);
  EXPECT_NEAR(schedule.rate(4), 0.05, 1e-15);
  EXPECT_NEAR(schedule.rate(6), 0, 1e-15);
  EXPECT_NEAR(schedule.rate(100), 0, 1e-15);
}

TEST(Schedule, WarmUpIsLinearAndMeetsTheCosineAtItsPeak) {
  const Schedule schedule{.peak = 1, .floor = 0.5, .warmup_steps = 3, .total_steps = 7};
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.25);
  EXPECT_DOUBLE_EQ(schedule.rate(1), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate(2), 0.75);
  EXPECT_DOUBLE_EQ(schedule.rate(3), 1);
  EXPECT_NEAR(schedule.rate(5), 0.75, 1e-15); // half way down
  EXPECT_NEAR(schedule.rate(7), 0.5, 1e-15);
}

TEST(Schedule, IsDefinedWhenTheWarmUpIsLongerThanTheRun) {
  const Schedule schedule{.peak = 1, .floor = 0, .warmup_steps = 9, .total_steps = 4};
  EXPECT_DOUBLE_EQ(schedule.rate(3), 0.4);
  EXPECT_DOUBLE_EQ(schedule.rate(9), 1);
}

} // namespace
} // namespace brainmvp::train
