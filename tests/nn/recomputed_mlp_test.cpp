#include "nn/kernels/recomputed_mlp.h"

#include <gtest/gtest.h>

namespace brainmvp::nn {
namespace {

MlpParameters random_parameters(std::int64_t channels, std::int64_t hidden, torch::ScalarType type) {
  const auto options = torch::TensorOptions(type);
  MlpParameters p{.weight1 = torch::randn({hidden, channels}, options),
                  .bias1 = torch::randn({hidden}, options),
                  .weight2 = torch::randn({channels, hidden}, options),
                  .bias2 = torch::randn({channels}, options)};
  for (torch::Tensor* tensor : {&p.weight1, &p.bias1, &p.weight2, &p.bias2}) {
    tensor->requires_grad_();
  }
  return p;
}

torch::Tensor plain_mlp(const torch::Tensor& x, const MlpParameters& p) {
  return at::linear(at::gelu(at::linear(x, p.weight1, p.bias1)), p.weight2, p.bias2);
}

TEST(RecomputedMlp, GradientsAreThoseOfFiniteDifferences) {
  torch::manual_seed(1);
  const MlpParameters p = random_parameters(3, 5, torch::kDouble);
  torch::Tensor x = torch::randn({4, 3}, torch::kDouble).requires_grad_();
  const torch::Tensor direction = torch::randn({4, 3}, torch::kDouble);
  recomputed_mlp(x, p).backward(direction);
  for (torch::Tensor tensor : {x, p.weight1, p.bias1, p.weight2, p.bias2}) {
    const torch::NoGradGuard no_gradient;
    torch::Tensor flat = tensor.view(-1);
    const torch::Tensor gradient = tensor.grad().view(-1);
    for (std::int64_t i = 0; i < flat.numel(); ++i) {
      constexpr double kStep = 1e-6;
      flat[i] += kStep;
      const double above = (recomputed_mlp(x, p) * direction).sum().item<double>();
      flat[i] -= 2 * kStep;
      const double below = (recomputed_mlp(x, p) * direction).sum().item<double>();
      flat[i] += kStep;
      EXPECT_NEAR(gradient[i].item<double>(), (above - below) / (2 * kStep), 1e-7);
    }
  }
}

TEST(RecomputedMlp, EqualsThePlainFormOverSeveralBlocks) {
  torch::manual_seed(2);
  const MlpParameters p = random_parameters(8, 1024, torch::kFloat);
  torch::Tensor x = torch::randn({2, 1501, 8}).requires_grad_(); // more tokens than one block, and no multiple of it
  const torch::Tensor direction = torch::randn({2, 1501, 8});
  const std::vector<torch::Tensor> inputs{x, p.weight1, p.bias1, p.weight2, p.bias2};
  const torch::Tensor y = recomputed_mlp(x, p);
  const torch::Tensor expected = plain_mlp(x, p);
  EXPECT_TRUE(at::allclose(y, expected, 1e-4, 1e-4));
  const auto gradients = torch::autograd::grad({y}, inputs, {direction});
  const auto expected_gradients = torch::autograd::grad({expected}, inputs, {direction});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_LT((gradients[i] - expected_gradients[i]).norm().item<double>(), 2e-6 * expected_gradients[i].norm().item<double>())
        << i;
  }
}

} // namespace
} // namespace brainmvp::nn
