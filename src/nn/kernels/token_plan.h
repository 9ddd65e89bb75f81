// The layers of token_layers as blocks of tokens see them, whatever the arithmetic.
#pragma once

#include <torch/types.h>

#include <algorithm>

#include "nn/kernels/block_norm.h"
#include "nn/kernels/gemm.h"
#include "nn/kernels/token_layers.h"

namespace brainmvp::nn {

// `hidden` is 0 where there is one layer. `rows`: of which the products take groups.
struct TokenPlan {
  TokenPlan(const torch::Tensor& x, const TokenLayers& layers, std::int64_t rows)
      : tokens(x.size(0)), inputs(x.size(1)), hidden(layers.weight2.defined() ? layers.weight1.size(0) : 0),
        outputs(layers.weight2.defined() ? layers.weight2.size(0) : layers.weight1.size(0)) {
    // What is computed of one block fits the second-level cache, as far as the products stay large enough to be worth packing
    // their factors.
    constexpr std::int64_t kValuesOfBlock = 96 * 1024, kFewest = 72, kMost = 263;
    block = std::clamp(kValuesOfBlock / std::max({inputs, hidden, outputs}), kFewest, kMost) / rows * rows;
  }

  [[nodiscard]] std::int64_t blocks() const { return (tokens + block - 1) / block; }
  [[nodiscard]] std::int64_t largest_block() const { return std::min(block, tokens); } // that there is, in tokens

  std::int64_t tokens, inputs, hidden, outputs;
  std::int64_t block = 0; // tokens of a block
};

// What all blocks share.
struct TokenWork {
  const TokenPlan& plan;
  const BlockNorm& norm;
  const TokenLayers& layers;
};

// Tokens first .. first + count; is_first: of those that add to the same sums.
struct TokenPiece {
  std::int64_t first = 0, count = 0;
  bool is_first = false;
};

// Where the sums of the gradients stand, one after another.
struct TokenSums {
  explicit TokenSums(const TokenPlan& plan) {
    const std::int64_t middle = plan.hidden > 0 ? plan.hidden : plan.outputs;
    bias1 = weight1 + middle * plan.inputs;
    norm_weight = bias1 + middle;
    norm_bias = norm_weight + plan.inputs;
    weight2 = norm_bias + plan.inputs;
    bias2 = weight2 + plan.hidden * plan.outputs;
    size = bias2 + (plan.hidden > 0 ? plan.outputs : 0);
  }

  std::int64_t weight1 = 0, bias1 = 0, norm_weight = 0, norm_bias = 0, weight2 = 0, bias2 = 0, size = 0;
};

// W^T and W of a layer, [out, in], as right factors; empty where there is no such layer.
template <class RightFactor>
RightFactor forth(const torch::Tensor& weight) {
  return weight.defined() ? RightFactor({.data = weight.const_data_ptr<float>(), .row = 1, .column = weight.size(1)},
                                        weight.size(1), weight.size(0))
                          : RightFactor();
}

template <class RightFactor>
RightFactor back(const torch::Tensor& weight) {
  return weight.defined()
             ? RightFactor({.data = weight.const_data_ptr<float>(), .row = weight.size(1)}, weight.size(0), weight.size(1))
             : RightFactor();
}

template <class RightFactor>
struct ForwardFactors {
  explicit ForwardFactors(const TokenLayers& layers)
      : first(forth<RightFactor>(layers.weight1)), second(forth<RightFactor>(layers.weight2)) {}

  RightFactor first, second;
};

template <class RightFactor>
struct BackwardFactors {
  BackwardFactors(const TokenLayers& layers, bool needs_input)
      : again(layers.weight2.defined() ? forth<RightFactor>(layers.weight1) : RightFactor()),
        second(back<RightFactor>(layers.weight2)), first(needs_input ? back<RightFactor>(layers.weight1) : RightFactor()) {}

  RightFactor again, second, first;
};

} // namespace brainmvp::nn
