// Attention in fp32 on a GPU, where ATen's fused kernel has a gradient that is either another one in each run or seven times
// slower than this (measured on an H100).
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// softmax(q k^T / sqrt(width)) v; all [B, heads, N, width]. The backward pass computes the products of one sample after another
// again, and keeps nothing of size N x N.
torch::Tensor recomputed_attention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v);

} // namespace brainmvp::nn
