// Depthwise 3D convolution on channels-last activations: the one place where its kernels are chosen.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

struct DepthwiseOptions {
  bool adds_input = false; // the input, to the result
};

// y[.., c] = bias[c] + sum over the k^3 neighbourhood of x[.., c] * weight[c, 0, ..]; stride 1, zero-padded to the same size.
// x: [B, D, H, W, C] contiguous; weight: [C, 1, k, k, k], k odd; bias: [C]. Gives [B, D, H, W, C] contiguous.
// Under autocast it sums in float and gives autocast's type. Differentiable once.
torch::Tensor depthwise_convolution(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                                    const DepthwiseOptions& options = {});

} // namespace brainmvp::nn
