// A norm of tokens with nothing after it.
#pragma once

#include "nn/kernels/norm.h"

namespace brainmvp::nn {

// Whether these norms serve x: on a CPU, float or bfloat16, with float weights, unless ATen's kernels are asked for.
bool has_block_norm(const torch::Tensor& x, const torch::Tensor& weight);

// norm(x) for x: [N, C] on a CPU, float or bfloat16; differentiable once. Its sums have one order whatever the number of threads.
torch::Tensor token_norm(const torch::Tensor& x, const Norm& norm);

// Each channel of each sample over its tokens (Ulyanov et al. 2016, arXiv 1607.08022). x: [B, D, H, W, C] contiguous, as above;
// weight, bias: [C].
torch::Tensor instance_norm(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

} // namespace brainmvp::nn
