// UniFormer in 3D (Li et al. 2022, arXiv 2201.04676): convolution blocks in two stages, attention blocks in two.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nn/layers/blocks.h"
#include "nn/layers/layers.h"
#include "nn/networks/backbones.h"

namespace brainmvp::nn {

struct UniFormerOptions {
  std::array<std::int64_t, 4> depths{3, 4, 8, 3};
  std::array<std::int64_t, 4> widths{64, 128, 320, 512};
  std::int64_t head_width = 64;
  std::int64_t input_channels = 1;
};

// Of "uniformer_tiny", "uniformer_small" and "uniformer_base"; nothing for other names.
std::optional<UniFormerOptions> uniformer_options(const std::string& name, std::int64_t input_channels = 1);

inline constexpr int kUniFormerSizeMultiple = 16; // four stages and their patch embeddings

// Names: patch_embed1..4, blocks1..4, norm.
class UniFormerEncoder : public Encoder {
public:
  explicit UniFormerEncoder(const UniFormerOptions& options);

  // The outputs of the stages, in memory [B, D, H, W, C]; the last has gone through the closing batch norm.
  std::vector<torch::Tensor> forward(const torch::Tensor& x) override;

private:
  std::vector<std::shared_ptr<PatchEmbedding>> embeddings_; // one a stage
  std::vector<std::vector<std::shared_ptr<Block>>> stages_;
  std::shared_ptr<BatchNorm> norm_;
};

Backbone uniformer_backbone(const std::string& name, const std::array<double, 5>& bytes_per_voxel);

} // namespace brainmvp::nn
