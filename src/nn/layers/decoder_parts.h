// Parts of the UniFormer's decoders, for reconstruction and segmentation, under the names of the public code's checkpoints.
// Activations are channels-last in the image's axis order, [B, H, W, D, C].
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "nn/layers/layers.h"

namespace brainmvp::nn {

// Transposed convolution of kernel 2 and stride 2.
// x: [B, H, W, D, in], any strides; weight: [in, 2, 2, 2, out]; bias: [out] or undefined -> [B, 2H, 2W, 2D, out] contiguous
torch::Tensor upsample(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias = {});

// A convolution's weight without bias, one module down: conv.weight.
class InnerConvolution : public torch::nn::Module {
public:
  InnerConvolution(torch::IntArrayRef shape, std::int64_t fan_in);

  torch::Tensor weight;
};

// MONAI's residual block (UnetResBlock): convolution, instance norm, LeakyReLU, convolution, instance norm; plus the input
// through a 1^3 convolution and instance norm; LeakyReLU.
class ResidualConvolution : public torch::nn::Module {
public:
  ResidualConvolution(std::int64_t in, std::int64_t out);
  // x: [B, H, W, D, in] contiguous -> [B, H, W, D, out] contiguous. Prediction holds x no longer than it needs it.
  torch::Tensor forward(torch::Tensor x) const;

private:
  std::shared_ptr<InnerConvolution> conv1_, conv2_, conv3_;
};

// From one resolution to the next finer one.
class DecoderLevel : public torch::nn::Module {
public:
  DecoderLevel(std::int64_t in, std::int64_t out);
  [[nodiscard]] torch::Tensor transposed_weight() const; // [in, 2, 2, 2, out], a view

  // Upsamples x: [B, H, W, D, in] and merges the skip: [B, 2H, 2W, 2D, out], both of any strides; gives the skip's shape.
  torch::Tensor forward(const torch::Tensor& x, torch::Tensor skip) const;

private:
  std::shared_ptr<InnerConvolution> transposed_;
  std::shared_ptr<ResidualConvolution> block_;
};

// decoder5 .. decoder2, children of `parent`, deepest first.
using DecoderLevels = std::array<std::shared_ptr<DecoderLevel>, 4>;
DecoderLevels register_decoder_levels(torch::nn::Module& parent, const std::array<std::int64_t, 4>& widths);

// 3^3 convolution of the image and layer norm: the skip at full resolution.
class InputProjection : public torch::nn::Module {
public:
  InputProjection(std::int64_t in, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& x) const; // x: [B, in, H, W, D] -> [B, H, W, D, out]

private:
  torch::Tensor weight_, bias_; // [out, in, 3, 3, 3] over [D, H, W]; [out]
  std::shared_ptr<LayerNorm> norm_;
};

// The closing 1^3 convolution <name>.conv.conv, a child of `parent`.
std::shared_ptr<Linear> register_output_convolution(torch::nn::Module& parent, const std::string& name, std::int64_t in,
                                                    std::int64_t out);

} // namespace brainmvp::nn
