// Segmentation heads at coarser resolutions, which training supervises too.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "nn/layers/layers.h"

namespace brainmvp::nn {

// What a segmentation network gives.
struct Segmentation {
  torch::Tensor logits;                // [B, K, H, W, D]
  std::vector<torch::Tensor> deeper;   // in training: heads at 1/4 and 1/2, upsampled to [B, K, H, W, D]; empty otherwise
  torch::Tensor quarter;               // in training: logits of the 1/4 head before upsampling, [B, K, H/4, W/4, D/4]
  std::vector<torch::Tensor> features; // the encoder's, finest first
};

// Fills `deeper` of a segmentation whose `logits` and `quarter` are there. half: logits at 1/2, [B, K, H/2, W/2, D/2].
void supervise_deeper(Segmentation& segmentation, const torch::Tensor& half);

// 1^3 convolutions 0 (of the decoder's features at 1/4) and 1 (at 1/2).
class DeepSupervision : public torch::nn::Module {
public:
  DeepSupervision(std::int64_t quarter_width, std::int64_t half_width, std::int64_t outputs);

  // Fills `deeper` and `quarter` of the segmentation whose logits are there. Both features: [B, h, w, d, C], any strides.
  void forward(const torch::Tensor& quarter, const torch::Tensor& half, Segmentation& segmentation) const;

private:
  std::shared_ptr<Linear> quarter_, half_;
};

} // namespace brainmvp::nn
