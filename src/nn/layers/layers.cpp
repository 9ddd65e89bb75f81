#include "nn/layers/layers.h"

#include <cmath>
#include <vector>

#include "nn/kernels/execution.h"
#include "nn/kernels/plain.h"
#include "nn/layers/checkpointing.h"

namespace brainmvp::nn {

torch::Tensor default_start(torch::IntArrayRef shape, std::int64_t fan_in) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(fan_in));
  return torch::empty(shape).uniform_(-bound, bound);
}

Linear::Linear(std::int64_t in, std::int64_t out, Kind kind) {
  const std::vector<std::int64_t> shape =
      kind == Kind::kMatrix ? std::vector<std::int64_t>{out, in} : std::vector<std::int64_t>{out, in, 1, 1, 1};
  weight = register_parameter("weight", default_start(shape, in));
  bias = register_parameter("bias", default_start({out}, in));
}

torch::Tensor Linear::matrix() const { return weight.view({weight.size(0), weight.size(1)}); }

TokenLayers Linear::layers(const Norm& norm, const torch::Tensor& addend) const {
  return {.norm = norm, .weight1 = matrix(), .bias1 = bias, .addend = addend};
}

torch::Tensor Linear::forward(const torch::Tensor& x) const { return token_layers(x, layers()); }

LayerNorm::LayerNorm(std::int64_t channels, double eps) : eps_(eps) {
  weight = register_parameter("weight", torch::ones({channels}));
  bias = register_parameter("bias", torch::zeros({channels}));
}

Norm LayerNorm::norm() const { return {.kind = Norm::Kind::kLayer, .epsilon = eps_, .weight = weight, .bias = bias}; }

torch::Tensor LayerNorm::forward(const torch::Tensor& x) const { return normalise(x, norm()); }

BatchNorm::BatchNorm(std::int64_t channels) {
  weight = register_parameter("weight", torch::ones({channels}));
  bias = register_parameter("bias", torch::zeros({channels}));
  running_mean = register_buffer("running_mean", torch::zeros({channels}));
  running_var = register_buffer("running_var", torch::ones({channels}));
  num_batches_tracked = register_buffer("num_batches_tracked", torch::zeros({}, torch::kLong));
}

Norm BatchNorm::norm() {
  constexpr double kEps = 1e-5;
  const bool moves_statistics = is_training() && !is_recomputing();
  if (moves_statistics) {
    num_batches_tracked.add_(1);
  }
  return {.kind = Norm::Kind::kBatch,
          .epsilon = kEps,
          .weight = weight,
          .bias = bias,
          .running_mean = is_recomputing() ? torch::Tensor() : running_mean,
          .running_var = is_recomputing() ? torch::Tensor() : running_var,
          .is_training = is_training(),
          .share = is_training() ? current_execution().share : parallel::BatchShare()};
}

torch::Tensor BatchNorm::forward(const torch::Tensor& x) {
  return uses_plain_kernels() ? plain::normalise(x, norm()) : normalise(x, norm());
}

DepthwiseConvolution::DepthwiseConvolution(std::int64_t channels, std::int64_t kernel, Sampling sampling) : sampling_(sampling) {
  const std::int64_t fan_in = kernel * kernel * kernel;
  weight = register_parameter("weight", default_start({channels, 1, kernel, kernel, kernel}, fan_in));
  bias = register_parameter("bias", default_start({channels}, fan_in));
}

torch::Tensor DepthwiseConvolution::forward(const torch::Tensor& x) const {
  return depthwise_convolution(x, weight, bias, {.adds_input = false, .sampling = sampling_});
}

torch::Tensor DepthwiseConvolution::residual(const torch::Tensor& x) const {
  return depthwise_convolution(x, weight, bias, {.adds_input = true, .sampling = sampling_});
}

Mlp::Mlp(std::int64_t channels, std::int64_t hidden, Linear::Kind kind) {
  fc1_ = register_module("fc1", std::make_shared<Linear>(channels, hidden, kind));
  fc2_ = register_module("fc2", std::make_shared<Linear>(hidden, channels, kind));
}

TokenLayers Mlp::layers(const Norm& norm, const torch::Tensor& addend) const {
  return {.norm = norm,
          .weight1 = fc1_->matrix(),
          .bias1 = fc1_->bias,
          .weight2 = fc2_->matrix(),
          .bias2 = fc2_->bias,
          .addend = addend};
}

} // namespace brainmvp::nn
