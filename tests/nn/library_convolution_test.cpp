#include "nn/kernels/aten_convolution.h"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <array>
#include <limits>

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// Memory that is given out next holds no number.
void poison_memory() {
  std::vector<Tensor> blocks;
  for (std::int64_t size = 64; size <= 1 << 20; size *= 4) {
    for (int i = 0; i < 6; ++i) {
      blocks.push_back(torch::full({size}, std::numeric_limits<float>::quiet_NaN()));
    }
  }
}

class NarrowConvolution : public testing::TestWithParam<std::array<std::int64_t, 4>> {};

// A stride, and sides.
INSTANTIATE_TEST_SUITE_P(Small, NarrowConvolution,
                         testing::Values(std::array<std::int64_t, 4>{1, 2, 2, 2}, std::array<std::int64_t, 4>{1, 2, 4, 6},
                                         std::array<std::int64_t, 4>{2, 1, 1, 1}, std::array<std::int64_t, 4>{2, 4, 4, 1},
                                         std::array<std::int64_t, 4>{1, 4, 4, 4}, std::array<std::int64_t, 4>{2, 4, 4, 4}));

TEST_P(NarrowConvolution, HasTheGradientsOfFp32) {
  torch::manual_seed(8);
  const auto [stride, depth, height, width] = GetParam();
  const Tensor x = torch::randn({2, 32, depth, height, width}).requires_grad_();
  const Tensor weight = torch::randn({16, 32, 3, 3, 3}).requires_grad_();
  const Tensor exact = aten_convolution(x, weight, {}, stride, 1);
  const Tensor direction = torch::randn_like(exact);
  const auto expected = torch::autograd::grad({exact}, {x, weight}, {direction});
  for (int i = 0; i < 3; ++i) {
    poison_memory();
    at::autocast::set_autocast_enabled(at::kCPU, true);
    const Tensor y = aten_convolution(x, weight, {}, stride, 1);
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    EXPECT_EQ(y.scalar_type(), at::kBFloat16);
    const auto found = torch::autograd::grad({y}, {x, weight}, {direction.to(at::kBFloat16)});
    for (std::size_t n = 0; n < found.size(); ++n) {
      EXPECT_LT((found[n] - expected[n]).norm().item<double>(), 0.02 * expected[n].norm().item<double>()) << n;
    }
  }
}

} // namespace
} // namespace brainmvp::nn
