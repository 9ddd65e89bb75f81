#include "nn/kernels/depthwise.h"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "support/golden_tensors.h"

namespace brainmvp::nn {
namespace {

struct Case {
  std::int64_t depth, height, width, channels, kernel;
  Sampling sampling = Sampling::kSame;
};

class DepthwiseConvolution : public testing::TestWithParam<Case> {};

TEST_P(DepthwiseConvolution, EqualsAtenWithItsGradients) {
  torch::manual_seed(3);
  const auto [depth, height, width, channels, kernel, sampling] = GetParam();
  const DepthwiseOptions options{.sampling = sampling};
  const torch::Tensor x = torch::randn({2, depth, height, width, channels}, test::device()).requires_grad_();
  const torch::Tensor weight = torch::randn({channels, 1, kernel, kernel, kernel}, test::device()).requires_grad_();
  const torch::Tensor bias = torch::randn({channels}, test::device()).requires_grad_();
  const torch::Tensor y = depthwise_convolution(x, weight, bias, options);
  const auto exact = [](const torch::Tensor& tensor) { return tensor.detach().to(torch::kCPU, torch::kDouble).requires_grad_(); };
  const std::vector<torch::Tensor> doubles{exact(x), exact(weight), exact(bias)};
  const torch::Tensor expected =
      depthwise_convolution(doubles[0], doubles[1], doubles[2], options); // no kernel of ours in double
  ASSERT_EQ(y.sizes(), expected.sizes());
  EXPECT_TRUE(at::allclose(y.to(torch::kCPU, torch::kDouble), expected, 1e-5, 1e-4));
  const torch::Tensor direction = torch::randn_like(y);
  const auto gradients = torch::autograd::grad({y}, {x, weight, bias}, {direction});
  const auto expected_gradients = torch::autograd::grad({expected}, doubles, {direction.to(torch::kCPU, torch::kDouble)});
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_EQ(gradients[i].sizes(), expected_gradients[i].sizes());
    EXPECT_TRUE(at::allclose(gradients[i].to(torch::kCPU, torch::kDouble), expected_gradients[i], 1e-5, 2e-4)) << i;
  }
}

// Widths around the tiles of 6 and 12 outputs, channels that fill a vector and that do not.
INSTANTIATE_TEST_SUITE_P(Shapes, DepthwiseConvolution,
                         testing::Values(Case{4, 5, 24, 32, 5}, Case{3, 4, 13, 20, 5}, Case{1, 1, 1, 16, 5}, Case{2, 3, 6, 7, 3},
                                         Case{5, 2, 19, 64, 3}, Case{3, 3, 3, 192, 3}, Case{37, 3, 5, 40, 5}));

INSTANTIATE_TEST_SUITE_P(Halved, DepthwiseConvolution,
                         testing::Values(Case{4, 2, 24, 32, 5, Sampling::kHalved}, Case{38, 4, 6, 7, 3, Sampling::kHalved},
                                         Case{2, 6, 14, 40, 3, Sampling::kHalved}, Case{5, 3, 35, 16, 5, Sampling::kHalved}));

INSTANTIATE_TEST_SUITE_P(Doubled, DepthwiseConvolution,
                         testing::Values(Case{2, 3, 13, 32, 5, Sampling::kDoubled}, Case{19, 2, 1, 7, 3, Sampling::kDoubled},
                                         Case{1, 1, 1, 16, 3, Sampling::kDoubled}, Case{3, 4, 7, 40, 3, Sampling::kDoubled}));

TEST(DepthwiseKernel, AddsItsInputWithoutChangingTheOtherGradients) {
  torch::manual_seed(4);
  const torch::Tensor x = torch::randn({1, 3, 4, 9, 16}, test::device()).requires_grad_();
  const torch::Tensor weight = torch::randn({16, 1, 3, 3, 3}, test::device()).requires_grad_();
  const torch::Tensor bias = torch::randn({16}, test::device()).requires_grad_();
  const torch::Tensor direction = torch::randn_like(x);
  const torch::Tensor with = depthwise_convolution(x, weight, bias, {.adds_input = true});
  const torch::Tensor without = depthwise_convolution(x, weight, bias);
  EXPECT_TRUE(at::allclose(with, without + x, 1e-5, 1e-5));
  const auto gradients = torch::autograd::grad({with}, {x, weight, bias}, {direction});
  const auto expected = torch::autograd::grad({without}, {x, weight, bias}, {direction});
  EXPECT_TRUE(at::allclose(gradients[0], expected[0] + direction, 1e-5, 1e-5));
  EXPECT_TRUE(at::equal(gradients[1], expected[1]));
  EXPECT_TRUE(at::equal(gradients[2], expected[2]));
}

TEST(DepthwiseKernel, GivesTheTypeOfAutocast) {
  const torch::Tensor x = torch::randn({1, 3, 3, 3, 16}, test::device());
  const torch::Tensor weight = torch::randn({16, 1, 3, 3, 3}, test::device());
  const torch::Tensor bias = torch::randn({16}, test::device());
  at::autocast::set_autocast_enabled(test::device().type(), true);
  at::autocast::set_autocast_dtype(test::device().type(), torch::kBFloat16);
  const torch::Tensor y = depthwise_convolution(x, weight, bias);
  at::autocast::set_autocast_enabled(test::device().type(), false);
  EXPECT_EQ(y.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(at::allclose(y.to(torch::kFloat), depthwise_convolution(x, weight, bias), 2e-2, 5e-2));
}

} // namespace
} // namespace brainmvp::nn
