// Decoder of pre-training: four transposed convolutions (kernel 2, stride 2) and a 1^3 convolution, without skips or
// activations, so that the encoder must carry everything.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>

namespace brainmvp::nn {

// Also registers the tensors that the public checkpoints carry but pre-training does not use (their gradient stays undefined).
class ReconstructionDecoder : public torch::nn::Module {
public:
  explicit ReconstructionDecoder(const std::array<std::int64_t, 4>& widths);

  // x: [B, H, W, D, widths[3]], any strides -> [B, 1, 16 H, 16 W, 16 D]
  torch::Tensor forward(const torch::Tensor& x) const;

private:
  std::array<torch::Tensor, 4> weights_; // deepest first, [in, out, 2, 2, 2]
  torch::Tensor output_weight_;          // [1, widths[0], 1, 1, 1]
  torch::Tensor output_bias_;            // [1]
};

} // namespace brainmvp::nn
