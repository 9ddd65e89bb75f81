#include "nn/kernels/token_layers.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <string>
#include <vector>

#include "nn/kernels/execution.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

struct LayersCase {
  std::string name;
  Norm::Kind norm;
  bool is_training;
  std::int64_t tokens, inputs, hidden, outputs; // hidden 0: one layer
  bool adds;
};

// Parameters and input of one case, every tensor a leaf.
struct Problem {
  explicit Problem(const LayersCase& c, torch::ScalarType type = torch::kFloat) {
    torch::manual_seed(5);
    const auto leaf = [type](torch::IntArrayRef shape, double scale) {
      return (torch::randn(shape) * scale).to(type).requires_grad_();
    };
    x = (torch::randn({2, c.tokens, c.inputs}) * 2 + 1).to(type).requires_grad_();
    const std::int64_t middle = c.hidden > 0 ? c.hidden : c.outputs;
    layers.norm = {.kind = c.norm, .epsilon = 1e-5, .is_training = c.is_training};
    if (c.norm != Norm::Kind::kNone) {
      layers.norm.weight = leaf({c.inputs}, 1);
      layers.norm.bias = leaf({c.inputs}, 1);
      layers.norm.running_mean = torch::randn({c.inputs}).to(type);
      layers.norm.running_var = torch::rand({c.inputs}).to(type) + 0.5;
    }
    layers.weight1 = leaf({middle, c.inputs}, 0.3);
    layers.bias1 = leaf({middle}, 1);
    if (c.hidden > 0) {
      layers.weight2 = leaf({c.outputs, c.hidden}, 0.3);
      layers.bias2 = leaf({c.outputs}, 1);
    }
    if (c.adds) {
      layers.addend = leaf({2, c.tokens, c.outputs}, 1);
    }
    direction = torch::randn({2, c.tokens, c.outputs}).to(type);
  }

  [[nodiscard]] std::vector<Tensor> leaves() const {
    std::vector<Tensor> all{x, layers.weight1, layers.bias1};
    for (const Tensor& tensor : {layers.weight2, layers.bias2, layers.norm.weight, layers.norm.bias, layers.addend}) {
      if (tensor.defined()) {
        all.push_back(tensor);
      }
    }
    return all;
  }

  Tensor x, direction;
  TokenLayers layers;
};

struct LayersAnswer {
  Tensor y;
  std::vector<Tensor> gradients;
};

LayersAnswer solve(const Problem& problem) {
  LayersAnswer answer{.y = token_layers(problem.x, problem.layers), .gradients = {}};
  answer.gradients = torch::autograd::grad({answer.y}, problem.leaves(), {problem.direction.to(answer.y.scalar_type())});
  return answer;
}

double distance(const Tensor& a, const Tensor& b) {
  const Tensor exact = b.to(torch::kDouble);
  return (a.to(torch::kDouble) - exact).norm().item<double>() / exact.norm().item<double>();
}

class TokenLayersCases : public testing::TestWithParam<LayersCase> {};

TEST_P(TokenLayersCases, EqualThePlainFormInDoubleWithAllGradients) {
  const Problem problem(GetParam());
  const Problem exact(GetParam(), torch::kDouble);
  const LayersAnswer answer = solve(problem);
  const LayersAnswer expected = solve(exact);
  EXPECT_LT(distance(answer.y, expected.y), 1e-6);
  for (std::size_t i = 0; i < answer.gradients.size(); ++i) {
    EXPECT_LT(distance(answer.gradients[i], expected.gradients[i]), 3e-6) << i;
  }
  if (GetParam().norm == Norm::Kind::kBatch) {
    EXPECT_LT(distance(problem.layers.norm.running_mean, exact.layers.norm.running_mean), 1e-6);
    EXPECT_LT(distance(problem.layers.norm.running_var, exact.layers.norm.running_var), 1e-6);
  }
}

TEST_P(TokenLayersCases, InBfloat16StayWithinItsRounding) {
  const Problem problem(GetParam());
  const LayersAnswer expected = solve(Problem(GetParam()));
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const Tensor y = token_layers(problem.x, problem.layers);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  EXPECT_EQ(y.scalar_type(), torch::kBFloat16);
  EXPECT_LT(distance(y, expected.y), 1e-2);
  const auto gradients = torch::autograd::grad({y}, problem.leaves(), {problem.direction.to(torch::kBFloat16)});
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_LT(distance(gradients[i], expected.gradients[i]), 2e-2) << i;
  }
}

// Solves once with the threads that there are and once with others.
template <class Solve>
void expect_same_bits(const Solve& solve_it) {
  const int threads = at::get_num_threads();
  const LayersAnswer one = solve_it();
  at::set_num_threads(threads == 1 ? 3 : 1);
  const LayersAnswer other = solve_it();
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one.y, other.y));
  for (std::size_t i = 0; i < one.gradients.size(); ++i) {
    EXPECT_TRUE(at::equal(one.gradients[i], other.gradients[i])) << i;
  }
}

TEST_P(TokenLayersCases, GiveTheSameBitsWithAnyNumberOfThreads) {
  expect_same_bits([] { return solve(Problem(GetParam())); });
}

TEST_P(TokenLayersCases, GiveTheSameBitsInBfloat16WithAnyNumberOfThreads) {
  at::autocast::set_autocast_enabled(at::kCPU, true);
  expect_same_bits([] { return solve(Problem(GetParam())); });
  at::autocast::set_autocast_enabled(at::kCPU, false);
}

TEST_P(TokenLayersCases, EqualTheKernelsOfAten) {
  const LayersAnswer answer = solve(Problem(GetParam()));
  const ExecutionScope scope({.kernels = Kernels::kAten});
  const LayersAnswer expected = solve(Problem(GetParam()));
  EXPECT_LT(distance(answer.y, expected.y), 1e-5);
  for (std::size_t i = 0; i < answer.gradients.size(); ++i) {
    EXPECT_LT(distance(answer.gradients[i], expected.gradients[i]), 1e-5) << i;
  }
}

constexpr auto kNone = Norm::Kind::kNone;
constexpr auto kBatch = Norm::Kind::kBatch;
constexpr auto kLayer = Norm::Kind::kLayer;

// Tokens around blocks and parts; channels that fill a vector and that do not.
INSTANTIATE_TEST_SUITE_P(Shapes, TokenLayersCases,
                         testing::Values(LayersCase{"linear", kNone, false, 701, 64, 0, 96, false},
                                         LayersCase{"odd", kNone, false, 3, 13, 0, 5, true},
                                         LayersCase{"batch_norm", kBatch, true, 1300, 64, 0, 64, true},
                                         LayersCase{"batch_norm_in_use", kBatch, false, 130, 20, 0, 33, false},
                                         LayersCase{"layer_norm", kLayer, false, 217, 320, 0, 960, false},
                                         LayersCase{"mlp_batch_norm", kBatch, true, 901, 64, 256, 64, true},
                                         LayersCase{"mlp_layer_norm", kLayer, false, 109, 192, 768, 192, true},
                                         LayersCase{"mlp_odd", kLayer, false, 33, 19, 7, 3, false},
                                         LayersCase{"one_token", kLayer, false, 1, 8, 8, 8, true}),
                         [](const auto& parameter) { return parameter.param.name; });

TEST(TokenLayers, GradientsOfGeluAreThoseOfFiniteDifferences) {
  constexpr double kStep = 1e-2;
  const TokenLayers identity{
      .weight1 = torch::eye(4), .bias1 = torch::zeros({4}), .weight2 = torch::eye(4), .bias2 = torch::zeros({4})};
  for (const double at : {-9.0, -2.5, -0.7, 0.0, 0.3, 1.9, 9.0}) {
    const Tensor x = torch::full({1, 4}, at).requires_grad_();
    token_layers(x, identity).sum().backward();
    const auto value = [&](double offset) {
      return token_layers(torch::full({1, 4}, at + offset), identity)[0][0].item<double>();
    };
    EXPECT_NEAR(x.grad()[0][0].item<double>(), (value(kStep) - value(-kStep)) / (2 * kStep), 2e-4) << at;
  }
}

TEST(TokenLayers, MayAddTheirOwnInput) {
  const Tensor x = torch::randn({1, 5, 16}).requires_grad_();
  const TokenLayers layers{.weight1 = torch::zeros({16, 16}), .bias1 = torch::zeros({16}), .addend = x};
  token_layers(x, layers).sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), torch::ones({1, 5, 16})));
}

} // namespace
} // namespace brainmvp::nn
