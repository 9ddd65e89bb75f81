// Decoder of pre-training: four transposed convolutions (kernel 2, stride 2) and a 1^3 convolution, without skips or
// activations, so that the encoder must carry everything.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>

#include "nn/layers/decoder_parts.h"

namespace brainmvp::nn {

// Also registers the tensors that the public checkpoints carry but pre-training does not use (their gradient stays undefined).
class ReconstructionDecoder : public torch::nn::Module {
public:
  explicit ReconstructionDecoder(const std::array<std::int64_t, 4>& widths);

  // x: [B, H, W, D, widths[3]], any strides -> [B, 1, 16 H, 16 W, 16 D]
  torch::Tensor forward(const torch::Tensor& x) const;

private:
  DecoderLevels levels_; // of which only the transposed convolutions are used
  std::shared_ptr<Linear> output_;
};

} // namespace brainmvp::nn
