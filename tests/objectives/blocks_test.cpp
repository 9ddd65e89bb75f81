#include "objectives/blocks.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace brainmvp::objectives {
namespace {

TEST(BlockMask, CoversWholeBlocks) {
  const torch::Tensor mask = block_mask({{0, 5}, {7}}, {4, 6, 8}, 2); // grid of 2 x 3 x 4
  EXPECT_EQ(mask.sizes(), torch::IntArrayRef({2, 1, 4, 6, 8}));
  EXPECT_EQ(mask.sum().item<std::int64_t>(), 3 * 8);
  EXPECT_TRUE(mask[0][0][1][3][2].item<bool>()); // block 5 is (0, 1, 1)
  EXPECT_FALSE(mask[0][0][2][3][2].item<bool>());
  EXPECT_TRUE(mask[1][0][0][2][7].item<bool>()); // block 7 is (0, 1, 3)
}

TEST(BlockMask, RefusesBlocksOutsideAndSizesThatDoNotDivide) {
  EXPECT_THROW(block_mask({{24}}, {4, 6, 8}, 2), Error);
  EXPECT_THROW(block_mask({{-1}}, {4, 6, 8}, 2), Error);
  EXPECT_THROW(block_mask({{0}}, {4, 6, 7}, 2), Error);
}

} // namespace
} // namespace brainmvp::objectives
