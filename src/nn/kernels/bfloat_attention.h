// Multi-head self-attention (Vaswani et al. 2017, arXiv 1706.03762) in bfloat16 on processors that have instructions for it, in
// blocks of queries whose scores stay in the cache (the idea of Dao et al. 2022, arXiv 2205.14135).
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// Whether bfloat_attention() computes this: qkv: [B, N, 3 C]
bool has_bfloat16_attention(const torch::Tensor& qkv, std::int64_t heads);

// qkv: [B, N, 3 C], bfloat16: queries, keys and values of each token, head by head -> [B, N, C], softmax(q k^T / sqrt(C / heads))
// v. Differentiable once. The same bits with any number of threads.
torch::Tensor bfloat_attention(const torch::Tensor& qkv, std::int64_t heads);

} // namespace brainmvp::nn
