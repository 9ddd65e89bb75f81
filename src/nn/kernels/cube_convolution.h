// 3^3 convolution on channels-last activations.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// Zero-padded by 1. x: [B, D, H, W, in]; weight: [out, in, 3, 3, 3]; bias: [out] or undefined -> [B, D, H, W, out] contiguous, of
// `stride` 2 at every second position. On a CPU each row of outputs is nine matrix products, whose factors are rows of inputs as
// they lie in memory; sums have one order whatever the number of threads. Differentiable once. Under autocast it gives
// autocast's type.
torch::Tensor convolve_cubes(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias = {},
                             std::int64_t stride = 1);

} // namespace brainmvp::nn
