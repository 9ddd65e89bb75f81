// Layers of nnU-Net's networks, under the names of their public implementation (dynamic_network_architectures). Activations are
// [B, C, H, W, D], contiguous. Each draws its weights as nnU-Net does for Initialisation::kPublic: convolutions by He et al. 2015
// (arXiv 1502.01852) for a LeakyReLU of 0.01, zero biases, and residual blocks that begin as their skip.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "nn/layers/public_start.h"
#include "nn/layers/unet_layers.h"

namespace brainmvp::nn {

inline constexpr double kNnunetSlope = 0.01; // of LeakyReLU

// Each channel of each sample to mean 0 and variance 1, then scaled and shifted; eps 1e-5 (Ulyanov et al. 2016, arXiv
// 1607.08022).
// Throws Error(kUsage) for a single voxel, of which nothing but the shift would be left.
class InstanceNorm : public torch::nn::Module {
public:
  explicit InstanceNorm(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x) const;

  torch::Tensor weight, bias; // [C]
};

// Convolution and instance norm, and LeakyReLU where `activated`. Names: conv, norm.
class NormedConvolution : public torch::nn::Module, public PublicStart {
public:
  struct Options {
    std::int64_t kernel = 3;
    std::int64_t stride = 1;
    bool has_bias = true;
    bool activated = true;
  };
  NormedConvolution(std::int64_t in, std::int64_t out, const Options& options);
  torch::Tensor forward(const torch::Tensor& x) const;
  void draw_public_start() override;
  [[nodiscard]] const InstanceNorm& norm() const { return *norm_; }

private:
  bool activated_;
  std::shared_ptr<Convolution> conv_;
  std::shared_ptr<InstanceNorm> norm_;
};

// Several of them, one after another. Names: convs.0, ...
class StackedConvolutions : public torch::nn::Module {
public:
  StackedConvolutions(std::int64_t in, std::int64_t out, std::int64_t count);
  torch::Tensor forward(const torch::Tensor& x) const;

private:
  std::vector<std::shared_ptr<NormedConvolution>> convolutions_;
};

// The closing 1^3 convolution.
class OutputConvolution : public Convolution, public PublicStart {
public:
  OutputConvolution(std::int64_t in, std::int64_t out) : Convolution(in, out, 1) {}
  void draw_public_start() override;
};

// Two normed convolutions; plus the input, pooled by averages where the stride is 2 and through a normed 1^3 convolution where
// the channels change (ResNet-D, He et al. 2019, arXiv 1812.01187); LeakyReLU. Names: conv1, conv2, skip.0 or skip.1.
class NnunetResidualBlock : public torch::nn::Module, public PublicStart {
public:
  NnunetResidualBlock(std::int64_t in, std::int64_t out, std::int64_t stride);
  torch::Tensor forward(const torch::Tensor& x) const;
  void draw_public_start() override;

private:
  std::int64_t stride_;
  std::shared_ptr<NormedConvolution> conv1_, conv2_, projection_;
};

// Transposed convolution whose kernel is its stride. x: [B, in, H, W, D] -> [B, out, stride H, ...]
class TransposedConvolution : public torch::nn::Module, public PublicStart {
public:
  TransposedConvolution(std::int64_t in, std::int64_t out, std::int64_t stride);
  torch::Tensor forward(const torch::Tensor& x) const;
  void draw_public_start() override;

private:
  std::int64_t stride_;
  torch::Tensor weight_, bias_; // [in, out, s, s, s]; [out]
};

} // namespace brainmvp::nn
