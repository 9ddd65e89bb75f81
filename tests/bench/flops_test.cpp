#include "bench/flops.h"

#include <gtest/gtest.h>

namespace brainmvp::bench {
namespace {

// The counts that the figures of docs/background/performance.md are based on.
TEST(Flops, OfUniFormerSmallAt96) {
  const nn::UniFormerOptions small = *nn::uniformer_options("uniformer_small", 1);
  EXPECT_NEAR(6e-9 * reconstruction_flops(small, {96, 96, 96}), 825, 1);
  EXPECT_NEAR(1e-9 * segmentation_flops(*nn::uniformer_options("uniformer_small", 4), 3, {96, 96, 96}), 894, 1);
}

TEST(Flops, OfADepthwiseConvolution) { EXPECT_EQ(depthwise_flops(2, 3, {4, 5, 6}), 2.0 * 2 * 27 * 120); }

TEST(Flops, GrowWithTheVoxelsButForAttention) {
  const nn::UniFormerOptions small = *nn::uniformer_options("uniformer_small", 1);
  const double one = reconstruction_flops(small, {32, 32, 32});
  const double two = reconstruction_flops(small, {64, 32, 32});
  EXPECT_GT(two, 2 * one);
  EXPECT_LT(two, 2.1 * one);
}

} // namespace
} // namespace brainmvp::bench
