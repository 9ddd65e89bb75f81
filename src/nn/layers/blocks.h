// Building blocks of the UniFormer, on channels-last activations x: [B, D, H, W, C] contiguous.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

#include "nn/layers/layers.h"

namespace brainmvp::nn {

// Convolution of kernel 2 and stride 2, then layer norm.
class PatchEmbedding : public torch::nn::Module {
public:
  PatchEmbedding(std::int64_t in, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& x) const; // x: [B, D, H, W, in], any strides -> [B, D/2, H/2, W/2, out]

private:
  std::shared_ptr<torch::nn::Module> projection_;
  std::shared_ptr<LayerNorm> norm_;
  torch::Tensor weight_; // [out, in, 2, 2, 2]
  torch::Tensor bias_;   // [out]
};

class Block : public torch::nn::Module {
public:
  virtual torch::Tensor forward(const torch::Tensor& x) = 0; // [B, D, H, W, C] -> the same shape
};

// x + depthwise 3^3; + 1^3 (depthwise 5^3 (1^3 (batch norm))); + MLP (batch norm).
std::shared_ptr<Block> make_convolution_block(std::int64_t channels);

// x + depthwise 3^3; + attention (layer norm); + MLP (layer norm); all tokens of a sample attend to each other.
std::shared_ptr<Block> make_attention_block(std::int64_t channels, std::int64_t head_width);

} // namespace brainmvp::nn
