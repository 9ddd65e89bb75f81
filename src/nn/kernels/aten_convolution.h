// ATen's 3D convolution, kept away from what it computes wrongly.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// As at::conv3d with the same `stride` and `padding` along all axes. x: [B, in, D, H, W], on any device. On a CPU in bf16 it is
// computed in fp32 where a side is shorter than 4: there oneDNN's gradient of the weights takes in memory that nobody wrote
// (libtorch 2.13 with AVX512-BF16, kernel 3, two planes or stride 2).
torch::Tensor aten_convolution(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                               std::int64_t stride, std::int64_t padding, std::int64_t groups = 1);

} // namespace brainmvp::nn
