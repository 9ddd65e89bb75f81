// Layers of the UNet. Activations are [B, C, H, W, D]; ATen's group norm reads them contiguous, as it is 30 times less exact in
// channels-last.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

namespace brainmvp::nn {

// Zero-padded: stride 1 keeps the size, stride 2 halves it. On a CPU the result is channels-last in memory.
class Convolution : public torch::nn::Module {
public:
  Convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1, bool has_bias = true);
  torch::Tensor forward(const torch::Tensor& x) const;

  torch::Tensor weight, bias; // [out, in, k, k, k]; [out] or undefined

private:
  std::int64_t stride_, padding_;
};

// Normalisation of 8 groups of channels.
class GroupNorm : public torch::nn::Module {
public:
  explicit GroupNorm(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x) const;

private:
  torch::Tensor weight_, bias_; // [C]
};

// x + (norm, ReLU, 3^3 convolution) twice.
class ResidualBlock : public torch::nn::Module {
public:
  explicit ResidualBlock(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x) const;

private:
  std::shared_ptr<GroupNorm> norm1_, norm2_;
  std::shared_ptr<Convolution> conv1_, conv2_;
};

} // namespace brainmvp::nn
