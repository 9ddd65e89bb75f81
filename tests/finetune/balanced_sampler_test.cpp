#include "finetune/balanced_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"

namespace brainmvp::finetune {
namespace {

// Studies 0 and 3 of class 2, the others of class 0; no study has class 1.
const std::vector<std::size_t> kUneven{2, 0, 0, 2, 0};

TEST(BalancedSampler, EachRoundHasEachClassOnceAndEachStudyItsTurn) {
  const BalancedSampler sampler(4, kUneven);
  std::array<std::size_t, 5> seen{};
  for (std::uint64_t position = 0; position < 12; position += 2) { // two classes: six rounds
    const std::size_t first = sampler.at(position).index, second = sampler.at(position + 1).index;
    EXPECT_NE(kUneven[first], kUneven[second]);
    ++seen.at(first);
    ++seen.at(second);
  }
  EXPECT_EQ(seen, (std::array<std::size_t, 5>{3, 2, 2, 3, 2}));
  EXPECT_THROW(BalancedSampler(4, {}), Error);
}

TEST(BalancedSampler, CountsTheEpochsOfAClass) {
  const BalancedSampler sampler(4, kUneven);
  for (std::uint64_t position = 0; position < 24; ++position) {
    const store::Drawn drawn = sampler.at(position);
    EXPECT_EQ(drawn.epoch, position / 2 / (kUneven[drawn.index] == 2 ? 2 : 3));
  }
}

// The order of the first 20 studies that are drawn of a class; class 1 has the upper half of them.
std::vector<std::size_t> order_of(std::uint64_t seed, std::size_t wanted) {
  constexpr std::size_t kMembers = 20;
  std::vector<std::size_t> classes(2 * kMembers, 0);
  std::fill(classes.begin() + kMembers, classes.end(), 1);
  const BalancedSampler sampler(seed, classes);
  std::vector<std::size_t> order;
  for (std::uint64_t position = 0; position < 2 * kMembers; ++position) {
    const std::size_t index = sampler.at(position).index;
    if (classes[index] == wanted) {
      order.push_back(index % kMembers);
    }
  }
  return order;
}

TEST(BalancedSampler, ClassesAndSeedsShareNoStream) {
  std::set<std::vector<std::size_t>> orders;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    orders.insert(order_of(seed, 0));
    orders.insert(order_of(seed, 1));
  }
  EXPECT_EQ(orders.size(), 6U);
}

} // namespace
} // namespace brainmvp::finetune
