// Modules that hold the parameters of a layer under the names of the public code's checkpoints. Activations between them are
// channels-last, x: [B, D, H, W, C] contiguous, so that 1^3 convolutions are matrix products over the last axis.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/kernels/depthwise.h"
#include "nn/kernels/norm.h"
#include "nn/kernels/token_layers.h"

namespace brainmvp::nn {

// y = x W^T + b over the last axis.
class Linear : public torch::nn::Module {
public:
  // What the public code calls it decides the weight's shape and its start (nn/initialisation.h).
  enum class Kind { kMatrix, kPointwiseConvolution };
  Linear(std::int64_t in, std::int64_t out, Kind kind);

  torch::Tensor forward(const torch::Tensor& x) const; // x: [..., in] -> [..., out]
  [[nodiscard]] torch::Tensor matrix() const;          // [out, in], a view of the weight

  // This layer with a norm before it and a sum after it.
  [[nodiscard]] TokenLayers layers(const Norm& norm = {}, const torch::Tensor& addend = {}) const;

  torch::Tensor weight; // [out, in] or [out, in, 1, 1, 1]
  torch::Tensor bias;   // [out]
};

// Normalisation of each token over its channels.
class LayerNorm : public torch::nn::Module {
public:
  LayerNorm(std::int64_t channels, double eps);
  torch::Tensor forward(const torch::Tensor& x) const; // x: [..., C]
  [[nodiscard]] Norm norm() const;

  torch::Tensor weight; // [C]
  torch::Tensor bias;   // [C]

private:
  double eps_;
};

// Normalisation of each channel over all tokens of the batch; eps 1e-5, momentum 0.1.
class BatchNorm : public torch::nn::Module {
public:
  explicit BatchNorm(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x); // x: [..., C]; in training, moves the running statistics
  [[nodiscard]] Norm norm();                     // for one forward pass, which it counts

  torch::Tensor weight, bias, running_mean, running_var; // [C]
  torch::Tensor num_batches_tracked;                     // [], int64
};

// Depthwise convolution, zero-padded by half of its kernel.
class DepthwiseConvolution : public torch::nn::Module {
public:
  DepthwiseConvolution(std::int64_t channels, std::int64_t kernel, Sampling sampling = Sampling::kSame);
  torch::Tensor forward(const torch::Tensor& x) const;  // x: [B, D, H, W, C]
  torch::Tensor residual(const torch::Tensor& x) const; // x + forward(x)

  torch::Tensor weight; // [C, 1, k, k, k]
  torch::Tensor bias;   // [C]

private:
  Sampling sampling_;
};

// 1^3 convolution or linear layer to `hidden`, exact GELU, and back.
class Mlp : public torch::nn::Module {
public:
  Mlp(std::int64_t channels, std::int64_t hidden, Linear::Kind kind);
  [[nodiscard]] TokenLayers layers(const Norm& norm, const torch::Tensor& addend) const;

private:
  std::shared_ptr<Linear> fc1_, fc2_;
};

// Parameters with the start that PyTorch gives its layers: uniform in +-1 / sqrt(fan_in), weight and bias.
torch::Tensor default_start(torch::IntArrayRef shape, std::int64_t fan_in);

} // namespace brainmvp::nn
