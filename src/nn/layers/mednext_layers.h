// Layers of MedNeXt (Roy et al. 2023, arXiv 2303.09975) under the names of MONAI's implementation. Activations are channels-last,
// x: [B, D, H, W, C] contiguous. All weights start as PyTorch draws them, as in the public code.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "nn/layers/layers.h"
#include "nn/layers/nnunet_layers.h"
#include "nn/layers/public_start.h"

namespace brainmvp::nn {

using MednextLinear = PyTorchStart<Linear>;
using MednextDepthwise = PyTorchStart<DepthwiseConvolution>;

// A transposed 1^3 convolution: a linear layer whose weight lies the other way round.
class MednextTransposed : public torch::nn::Module, public PublicStart {
public:
  MednextTransposed(std::int64_t in, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& x) const; // x: [..., in] -> [..., out]
  [[nodiscard]] torch::Tensor matrix() const;          // [out, in], a view of the weight
  void draw_public_start() override {}

  torch::Tensor weight; // [in, out, 1, 1, 1]
  torch::Tensor bias;   // [out]
};

// Depthwise convolution, instance norm (group norm of one group a channel), 1^3 convolution to `expansion` times the channels,
// GELU and 1^3 convolution to `out`; plus the input, through a 1^3 convolution of stride 2 where the block halves or doubles the
// sides. Names: conv1, norm, conv2, conv3, res_conv.
// Throws Error(kUsage) where the norm is over a single voxel.
class MednextBlock : public torch::nn::Module {
public:
  struct Options {
    std::int64_t in, out;
    std::int64_t expansion, kernel;
    Sampling sampling = Sampling::kSame; // of kSame, in = out
  };
  explicit MednextBlock(const Options& options);

  // Gives [B, D, H, W, out], [B, D / 2, ...] or [B, 2 D, ...]. What is doubled has 2 D - 1 planes, as transposed convolutions
  // give them, after one of zeros.
  torch::Tensor forward(const torch::Tensor& x) const;

private:
  [[nodiscard]] torch::Tensor mix(const torch::Tensor& x, const torch::Tensor& bias, const torch::Tensor& addend) const;
  [[nodiscard]] torch::Tensor to_half(const torch::Tensor& x) const;
  [[nodiscard]] torch::Tensor to_double(const torch::Tensor& x) const;

  Sampling sampling_;
  std::shared_ptr<MednextDepthwise> depthwise_;
  std::shared_ptr<InstanceNorm> norm_;
  std::shared_ptr<MednextLinear> expand_, compress_, halved_skip_;
  std::shared_ptr<MednextTransposed> doubled_skip_;
};

// Blocks one after another.
using MednextBlocks = std::vector<std::shared_ptr<MednextBlock>>;
MednextBlocks register_mednext_blocks(torch::nn::Module& stage, std::int64_t count, std::int64_t channels, std::int64_t expansion,
                                      std::int64_t kernel); // Names: 0, 1, ...
torch::Tensor forward_blocks(const MednextBlocks& blocks, const torch::Tensor& x);

} // namespace brainmvp::nn
