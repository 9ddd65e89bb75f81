// UniFormer in 3D (Li et al. 2022, arXiv 2201.04676): convolution blocks in two stages, attention blocks in two.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>
#include <vector>

#include "nn/backbones.h"
#include "nn/blocks.h"
#include "nn/layers.h"
#include "nn/network.h"

namespace brainmvp::nn {

inline constexpr int kUniFormerSizeMultiple = 16;

// Names: patch_embed1..4, blocks1..4, norm.
class UniFormerEncoder : public torch::nn::Module {
public:
  explicit UniFormerEncoder(const UniFormerOptions& options);

  // x: [B, C, H, W, D]. Gives the input and the output of each stage, [B, C, D, H, W], channels-last in memory; the last
  // has gone through the closing batch norm.
  std::vector<torch::Tensor> forward(const torch::Tensor& x);

private:
  std::vector<std::shared_ptr<PatchEmbedding>> embeddings_; // one a stage
  std::vector<std::vector<std::shared_ptr<Block>>> stages_;
  std::shared_ptr<BatchNorm> norm_;
};

// The encoder with the reconstruction decoder.
std::shared_ptr<ReconstructionNetwork> make_uniformer(const UniFormerOptions& options);

} // namespace brainmvp::nn
