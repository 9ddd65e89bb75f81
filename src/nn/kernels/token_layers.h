// One or two linear layers over the channels of each token, with what stands around them: a norm before, an exact GELU between,
// a sum after.
#pragma once

#include <torch/types.h>

#include "nn/kernels/norm.h"

namespace brainmvp::nn {

struct TokenLayers {
  Norm norm = {};                         // of the input; none by default
  torch::Tensor weight1, bias1;           // [H, C], [H]
  torch::Tensor weight2 = {}, bias2 = {}; // [O, H], [O]; undefined where there is one layer, and O = H
  torch::Tensor addend = {};              // [..., O], added to the result; may be the input itself
};

// x: [..., C] -> [..., O]:  norm(x) W1^T + b1  or  gelu(norm(x) W1^T + b1) W2^T + b2,  plus the addend.
// On a CPU it goes through blocks of tokens that stay in the cache and keeps nothing but the input for backward, which computes
// the rest again; sums over tokens have the same order whatever the number of threads. Differentiable once. Under autocast it
// gives autocast's type.
torch::Tensor token_layers(const torch::Tensor& x, const TokenLayers& layers);

// x W^T + b, with a bias or without: one layer.
torch::Tensor token_layer(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias = {});

} // namespace brainmvp::nn
