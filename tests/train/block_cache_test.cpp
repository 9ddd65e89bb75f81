#include "runtime/block_cache.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <thread>
#include <vector>

namespace brainmvp::runtime {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

torch::Tensor bytes(std::int64_t count) { return torch::empty({count}, torch::kUInt8); }

class BlockCache : public testing::Test {
protected:
  BlockCache() { keep_large_blocks(); }
};

TEST_F(BlockCache, TakesAFreedBlockForATensorOfNearlyTheSameSize) {
  torch::Tensor first = bytes(9 * kMiB);
  const void* block = first.data_ptr();
  first.reset();
  EXPECT_EQ(bytes(9 * kMiB).data_ptr(), block);
  EXPECT_EQ(bytes(9 * kMiB - 100).data_ptr(), block);
  EXPECT_NE(bytes(4 * kMiB).data_ptr(), block); // would leave half of it unused
}

TEST_F(BlockCache, KeepsAtMostAQuarterBesideWhatIsUsedAtMost) {
  const std::size_t before = bytes_in_large_blocks();
  std::size_t most = before;
  for (std::int64_t size = 40; size > 1; --size) { // each fits none of the larger ones that are kept
    const torch::Tensor tensor = bytes(size * kMiB);
    most = std::max(most, bytes_in_large_blocks());
    size -= size / 7;
  }
  EXPECT_LE(most, before + 40 * kMiB + (before + 40 * kMiB) / 4);
  EXPECT_GE(most, static_cast<std::size_t>(40 * kMiB));
}

TEST_F(BlockCache, LeavesSmallTensorsToTheDefaultAllocator) {
  const std::size_t before = bytes_in_large_blocks();
  std::vector<torch::Tensor> small;
  for (int i = 0; i < 100; ++i) {
    small.push_back(bytes(kMiB - 1));
  }
  EXPECT_EQ(bytes_in_large_blocks(), before);
  EXPECT_EQ(torch::empty({0}).numel(), 0);
}

TEST_F(BlockCache, GivesEachTensorItsOwnMemoryInManyThreads) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(8, 0);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([t, &wrong] {
      for (int i = 0; i < 30; ++i) {
        const torch::Tensor a = torch::full({(1 + i % 3) * kMiB}, t, torch::kUInt8);
        const torch::Tensor b = torch::full({(1 + i % 5) * kMiB}, t + 8, torch::kUInt8);
        wrong[static_cast<std::size_t>(t)] += a.ne(t).any().item<bool>() || b.ne(t + 8).any().item<bool>() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, std::vector<int>(8, 0));
}

TEST_F(BlockCache, SaysWhenThereIsNoMemory) { EXPECT_THROW(bytes(std::int64_t{1} << 60), c10::Error); }

TEST_F(BlockCache, GrowsWithAResize) {
  torch::Tensor tensor = torch::arange(3 * kMiB, torch::kFloat);
  const torch::Tensor expected = tensor.clone();
  tensor.resize_({5 * kMiB});
  EXPECT_TRUE(at::equal(tensor.slice(0, 0, 3 * kMiB), expected));
}

} // namespace
} // namespace brainmvp::runtime
