// Depthwise 3D convolution on channels-last activations: the one place where its kernels are chosen.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// y[.., c] = bias[c] + sum over the k^3 neighbourhood of x[.., c] * weight[c, 0, ..]; stride 1, zero-padded to the same size.
// x: [B, D, H, W, C] contiguous; weight: [C, 1, k, k, k], k odd; bias: [C]. Gives [B, D, H, W, C] contiguous.
// Under autocast it works in float and gives autocast's type. Differentiable once.
torch::Tensor depthwise_convolution(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

// The same through ATen alone: for devices and kernels that have none of ours, and the oracle of the tests.
torch::Tensor depthwise_convolution_aten(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

} // namespace brainmvp::nn
