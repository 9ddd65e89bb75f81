// Residual 3D UNet: the convolutional counterpart of the UniFormer, in pre-training without skip connections.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nn/layers/unet_layers.h"
#include "nn/networks/backbones.h"

namespace brainmvp::nn {

inline constexpr std::int64_t kUNetWidth = 32; // at full resolution; doubled at each of the three levels below
inline constexpr int kUNetSizeMultiple = 8;

// Names: conv1a (the stem), ds1..3, and residual blocks conv1b, conv2a ...
class UNetEncoder : public Encoder {
public:
  explicit UNetEncoder(std::int64_t input_channels);

  struct Features {
    std::vector<torch::Tensor> downs;  // outputs of ds1, ds2, ds3
    std::vector<torch::Tensor> levels; // outputs of the four levels, finest first: [B, 32 .. 256, H / 2^l, ..]
  };
  Features features(const torch::Tensor& x);
  std::vector<torch::Tensor> forward(const torch::Tensor& x) override { return features(x).levels; }

private:
  static constexpr std::array<std::string_view, 4> kLetters{"b", "ab", "ab", "abcd"}; // residual blocks of each level
  std::shared_ptr<Convolution> stem_;
  std::vector<std::shared_ptr<Convolution>> downs_;
  std::vector<std::vector<std::shared_ptr<ResidualBlock>>> levels_;
};

// Names: up4conva, up4convb, ..., up1conv.
class UNetDecoder : public torch::nn::Module {
public:
  explicit UNetDecoder(std::int64_t outputs);

  // From the deepest level to 1/4, 1/2 and full resolution. `skips`: the encoder's levels, of which the three finest are
  // added to what is upsampled, or none.
  std::vector<torch::Tensor> forward(const torch::Tensor& deepest, const std::vector<torch::Tensor>& skips) const;
  torch::Tensor output(const torch::Tensor& finest) const; // [B, 32, H, W, D] -> [B, outputs, H, W, D]

private:
  std::vector<std::shared_ptr<Convolution>> ups_;      // deepest first
  std::vector<std::shared_ptr<ResidualBlock>> blocks_; // deepest first
  std::shared_ptr<Convolution> output_;
};

Backbone unet_backbone(const std::string& name, const std::array<double, 5>& bytes_per_voxel);

} // namespace brainmvp::nn
