#include "store/distribution.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace brainmvp::store {
namespace {

// Positions that all ranks read in a step, batch by batch and rank by rank.
std::vector<std::uint64_t> positions_of_step(Distribution distribution, std::uint64_t step) {
  std::vector<std::uint64_t> positions;
  for (std::uint64_t batch = 0; batch < distribution.batches_per_step(); ++batch) {
    std::size_t sum = 0;
    for (distribution.rank = 0; distribution.rank < distribution.ranks; ++distribution.rank) {
      const Portion portion = distribution.portion(step * distribution.batches_per_step() + batch);
      EXPECT_LE(portion.here, distribution.batch_size);
      for (std::size_t i = 0; i < portion.here; ++i) {
        positions.push_back(portion.first + i);
      }
      sum += portion.here;
      EXPECT_GE(portion.read(), 1U);
      if (distribution.rank + 1 == distribution.ranks) {
        EXPECT_EQ(sum, portion.all);
      }
    }
  }
  return positions;
}

TEST(Distribution, AStepHasTheSameSamplesForAnyNumberOfRanks) {
  for (std::uint64_t samples = 1; samples <= 13; ++samples) {
    for (std::size_t ranks = 1; ranks <= 6; ++ranks) {
      for (std::size_t batch = 1; batch <= 3; ++batch) {
        for (std::uint64_t step = 0; step < 3; ++step) {
          std::vector<std::uint64_t> expected(samples);
          std::iota(expected.begin(), expected.end(), step * samples);
          EXPECT_EQ(positions_of_step({.samples_per_step = samples, .batch_size = batch, .ranks = ranks}, step), expected);
        }
      }
    }
  }
}

TEST(Distribution, RanksShareABatchAsEvenlyAsCanBe) {
  // 7 samples over 3 ranks, 2 at a time: batches of 6 and of 1.
  const Distribution last{.samples_per_step = 7, .batch_size = 2, .ranks = 3, .rank = 2};
  EXPECT_EQ(last.batches_per_step(), 2U);
  EXPECT_EQ(last.portion(0).first, 4U);
  EXPECT_EQ(last.portion(0).here, 2U);
  EXPECT_EQ(last.portion(1).here, 0U);
  EXPECT_EQ(last.portion(1).all, 1U);
  EXPECT_EQ(last.portion(2).first, 11U);
}

} // namespace
} // namespace brainmvp::store
