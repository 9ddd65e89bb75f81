#include "nn/kernels/recomputed_attention.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "nn/kernels/plain.h"
#include "support/golden_tensors.h"

namespace brainmvp::nn {
namespace {

TEST(RecomputedAttention, EqualsThePlainFormWithItsGradients) {
  torch::manual_seed(6);
  std::vector<torch::Tensor> inputs;
  for (int i = 0; i < 3; ++i) {
    inputs.push_back(torch::randn({2, 3, 17, 8}, test::device()).requires_grad_());
  }
  const torch::Tensor direction = torch::randn({2, 3, 17, 8}, test::device());
  const torch::Tensor y = recomputed_attention(inputs[0], inputs[1], inputs[2]);
  const torch::Tensor expected = plain::attend(inputs[0], inputs[1], inputs[2]);
  EXPECT_TRUE(at::allclose(y, expected, 1e-4, 1e-5));
  const auto gradients = torch::autograd::grad({y}, inputs, {direction});
  const auto expected_gradients = torch::autograd::grad({expected}, inputs, {direction});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_TRUE(at::allclose(gradients[i], expected_gradients[i], 1e-4, 1e-5)) << i;
  }
}

} // namespace
} // namespace brainmvp::nn
