// Two linear layers with an exact GELU between them, without keeping the hidden activations for backward.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

struct MlpParameters {
  torch::Tensor weight1; // [hidden, C]
  torch::Tensor bias1;   // [hidden]
  torch::Tensor weight2; // [O, hidden]
  torch::Tensor bias2;   // [O]
};

// gelu(x W1^T + b1) W2^T + b2 over the last axis through ATen's products, whose threads and instructions (AMX, tensor cores) it
// leaves to ATen: on a CPU in blocks of tokens whose hidden activations stay in the cache; backward computes them again.
// x: [..., C] contiguous -> [..., O]. Differentiable once. Under autocast it works in autocast's type.
torch::Tensor recomputed_mlp(const torch::Tensor& x, const MlpParameters& parameters);

} // namespace brainmvp::nn
