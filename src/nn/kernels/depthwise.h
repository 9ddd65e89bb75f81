// Depthwise 3D convolution on channels-last activations: the one place where its kernels are chosen.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

enum class Sampling {
  kSame,    // stride 1
  kHalved,  // stride 2: D to (D + 1) / 2
  kDoubled, // transposed, stride 2: D to 2 D - 1
};

struct DepthwiseOptions {
  bool adds_input = false; // the input, to the result of kSame
  Sampling sampling = Sampling::kSame;
};

// y[.., c] = bias[c] + sum over the k^3 neighbourhood of x[.., c] * weight[c, 0, ..]; zero-padded by k / 2, as PyTorch's
// (transposed) convolution of the stride. x: [B, D, H, W, C] contiguous; weight: [C, 1, k, k, k], k odd; bias: [C].
// Gives [B, D', H', W', C] contiguous. Under autocast it sums in float and gives autocast's type. Differentiable once.
torch::Tensor depthwise_convolution(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                                    const DepthwiseOptions& options = {});

} // namespace brainmvp::nn
