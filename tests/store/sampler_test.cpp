#include "store/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include "base/error.h"

namespace brainmvp::store {
namespace {

std::vector<std::size_t> first_indices(const Sampler& sampler, std::uint64_t first, std::size_t count) {
  std::vector<std::size_t> indices;
  for (std::uint64_t position = first; position < first + count; ++position) {
    indices.push_back(sampler.at(position).index);
  }
  return indices;
}

TEST(Sampler, EveryEpochHasEveryStudyOnce) {
  const Sampler sampler(5, 7);
  std::set<std::vector<std::size_t>> orders;
  for (std::uint64_t epoch = 0; epoch < 6; ++epoch) {
    EXPECT_EQ(sampler.at(epoch * 7).epoch, epoch);
    EXPECT_EQ(sampler.at(epoch * 7 + 6).epoch, epoch);
    std::vector<std::size_t> order = first_indices(sampler, epoch * 7, 7);
    orders.insert(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6}));
  }
  EXPECT_GT(orders.size(), 3U); // epochs are shuffled afresh
  EXPECT_THROW(Sampler(5, 0), Error);
}

// A run that was begun with an earlier version goes on with its studies.
TEST(Sampler, TheSequencesOfASeedStayWhatTheyAre) {
  using Indices = std::vector<std::size_t>;
  EXPECT_EQ(first_indices(Sampler(1, 5), 0, 12), (Indices{3, 2, 0, 4, 1, 4, 2, 1, 3, 0, 3, 0}));
  EXPECT_EQ(first_indices(Sampler(1, 5), 13, 4), (Indices{1, 2, 4, 2}));
  const Sampler large(7, 20000);
  EXPECT_EQ(first_indices(large, 0, 12),
            (Indices{12527, 16497, 5004, 18182, 17697, 7612, 2994, 12712, 12643, 2407, 10454, 7496}));
  EXPECT_EQ(first_indices(large, 59998, 4), (Indices{494, 10938, 2248, 2959}));
}

TEST(Sampler, SeedsAndPurposesDiffer) {
  const std::vector<std::size_t> order = first_indices(Sampler(1, 40), 0, 40);
  EXPECT_EQ(first_indices(Sampler(1, 40), 0, 40), order);
  EXPECT_NE(first_indices(Sampler(2, 40), 0, 40), order);
  EXPECT_NE(first_indices(Sampler(1, 40, "classes"), 0, 40), order);
}

// Threads that go through the epochs in their own orders, so that the permutations which are kept change all the time.
TEST(Sampler, ThreadsDrawWhatOneDoes) {
  constexpr std::size_t kSamples = 300;
  constexpr std::array<std::size_t, 4> kSteps{1, 7, 11, 299}; // prime to 300: each position comes once
  const std::vector<std::size_t> expected = first_indices(Sampler(9, 11), 0, kSamples);
  const Sampler shared(9, 11);
  std::vector<std::vector<std::size_t>> found(kSteps.size(), std::vector<std::size_t>(kSamples));
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < found.size(); ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < kSamples; ++i) {
        const std::size_t position = (i * kSteps[thread]) % kSamples;
        found[thread][position] = shared.at(position).index;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::vector<std::size_t>& indices : found) {
    EXPECT_EQ(indices, expected);
  }
}

} // namespace
} // namespace brainmvp::store
