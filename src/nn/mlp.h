// Two linear layers with an exact GELU between them, without keeping the hidden activations for backward.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

struct MlpParameters {
  torch::Tensor weight1; // [hidden, C]
  torch::Tensor bias1;   // [hidden]
  torch::Tensor weight2; // [C, hidden]
  torch::Tensor bias2;   // [C]
};

// gelu(x W1^T + b1) W2^T + b2 over the last axis, in blocks of tokens whose hidden activations stay in the cache; backward
// computes them again. x: [..., C] contiguous -> [..., C]. Differentiable once. Under autocast it works in autocast's type.
torch::Tensor mlp(const torch::Tensor& x, const MlpParameters& parameters);

} // namespace brainmvp::nn
