#include "nn/kernels/token_layers.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <vector>

#include "nn/kernels/execution.h"
#include "nn/kernels/plain.h"
#include "nn/kernels/recomputed_mlp.h"
#include "nn/kernels/token_blocks.h"
#include "nn/kernels/token_parts.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Calls function(blocks of its thread, piece) for all tokens.
template <class Blocks, class Function>
void for_each_block(const TokenWork& work, const Function& function) {
  const TokenPlan& plan = work.plan;
  at::parallel_for(0, plan.blocks(), 1, [&](std::int64_t begin, std::int64_t end) {
    Blocks blocks(work);
    for (std::int64_t i = begin; i < end; ++i) {
      function(blocks, TokenPiece{.first = i * plan.block, .count = std::min(plan.block, plan.tokens - i * plan.block)});
    }
  });
}

template <class Blocks>
Tensor run_forward(const Tensor& x, const BlockNorm& norm, const TokenLayers& layers) {
  const TokenPlan plan(x, layers, Blocks::kRows);
  const ForwardFactors<typename Blocks::RightFactor> factors(layers);
  Tensor y = at::empty({plan.tokens, plan.outputs}, x.options());
  for_each_block<Blocks>({.plan = plan, .norm = norm, .layers = layers},
                         [&](Blocks& blocks, const TokenPiece& piece) { blocks.forward(factors, piece, x, y); });
  return y;
}

// Sums that blocks only ever add to.
void clear_small_sums(const TokenSums& at, float* sums) {
  std::fill(sums + at.bias1, sums + at.weight2, 0.0F);
  std::fill(sums + at.bias2, sums + at.size, 0.0F);
}

struct Gradients {
  Tensor x, norm_weight, norm_bias, weight1, bias1, weight2, bias2;
};

template <class Blocks>
Gradients run_backward(const Tensor& x, const Tensor& gy, const BlockNorm& norm, const TokenLayers& layers, bool needs_input) {
  const TokenPlan plan(x, layers, Blocks::kRows);
  const TokenWork work{.plan = plan, .norm = norm, .layers = layers};
  const TokenSums at(plan);
  const TokenParts parts(plan.tokens, at.size);
  const BackwardFactors<typename Blocks::RightFactor> factors(layers, needs_input);
  Tensor sums = at::empty({parts.count(), at.size}, x.options().dtype(at::kFloat));
  Tensor gx = needs_input ? at::empty_like(x) : Tensor();
  float* values = sums.mutable_data_ptr<float>();
  at::parallel_for(0, parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    Blocks blocks(work);
    for (std::int64_t part = begin; part < end; ++part) {
      clear_small_sums(at, values + part * at.size);
      for (std::int64_t start = parts.begin(part); start < parts.end(part); start += plan.block) {
        const TokenPiece piece{
            .first = start, .count = std::min(plan.block, parts.end(part) - start), .is_first = start == parts.begin(part)};
        blocks.backward(factors, piece, x, gy, gx, values + part * at.size);
      }
    }
  });
  const Tensor total = added_up(sums);
  const float* sum = total.const_data_ptr<float>();
  if (needs_input && norm.needs_finish()) {
    const std::vector<float> rest = norm.finish(sum + at.norm_weight, sum + at.norm_bias);
    for_each_block<Blocks>(work, [&](Blocks& blocks, const TokenPiece& piece) { blocks.finish(rest.data(), piece, x, gx); });
  }
  const auto piece = [&](std::int64_t start, const Tensor& like) { // a gradient keeps those of its layers in memory
    return like.defined() ? total.narrow(0, start, like.numel()).view(like.sizes()) : Tensor();
  };
  const auto weight = [&](std::int64_t start, const Tensor& like) {
    return like.defined() && Blocks::keeps_transposed(like.size(1), like.size(0)) ? piece(start, like.t()).t()
                                                                                  : piece(start, like);
  };
  return {.x = gx,
          .norm_weight = piece(at.norm_weight, layers.norm.weight),
          .norm_bias = piece(at.norm_bias, layers.norm.bias),
          .weight1 = weight(at.weight1, layers.weight1),
          .bias1 = piece(at.bias1, layers.bias1),
          .weight2 = weight(at.weight2, layers.weight2),
          .bias2 = piece(at.bias2, layers.bias2)};
}

// Autograd takes no undefined tensors: an empty one stands for them.
Tensor or_empty(const Tensor& tensor) { return tensor.defined() ? tensor : at::empty({0}); }

Tensor or_undefined(const Tensor& tensor) { return tensor.numel() > 0 ? tensor : Tensor(); }

bool takes_bfloat_blocks(at::ScalarType type, const TokenLayers& layers) {
  const auto is_even = [](const Tensor& weight) {
    return !weight.defined() || (weight.size(0) % 2 == 0 && weight.size(1) % 2 == 0);
  };
  return type == at::kBFloat16 && has_bfloat16_products() && is_even(layers.weight1) && is_even(layers.weight2);
}

class TokenLayersFunction : public torch::autograd::Function<TokenLayersFunction> {
public:
  // x: [N, C]
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& norm_weight, const Tensor& norm_bias,
                        const Tensor& weight1, const Tensor& bias1, const Tensor& weight2, const Tensor& bias2,
                        const Tensor& addend, const Norm& norm) {
    const ChannelStatistics statistics = norm.kind == Norm::Kind::kBatch ? channel_statistics(x, norm) : ChannelStatistics();
    context->save_for_backward(
        {x, norm_weight, norm_bias, weight1, bias1, weight2, bias2, statistics.mean, statistics.reciprocal_deviation});
    save_norm(*context, norm, statistics);
    const TokenLayers layers{.norm = norm,
                             .weight1 = weight1,
                             .bias1 = bias1,
                             .weight2 = or_undefined(weight2),
                             .bias2 = or_undefined(bias2),
                             .addend = or_undefined(addend)};
    const BlockNorm block_norm(norm, statistics);
    return takes_bfloat_blocks(x.scalar_type(), layers) ? run_forward<BfloatBlocks>(x, block_norm, layers)
                                                        : run_forward<FloatBlocks>(x, block_norm, layers);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Norm norm = saved_norm(*context, or_undefined(saved[1]), or_undefined(saved[2]));
    const TokenLayers layers{
        .norm = norm, .weight1 = saved[3], .bias1 = saved[4], .weight2 = or_undefined(saved[5]), .bias2 = or_undefined(saved[6])};
    const Tensor gy = gradients[0].contiguous();
    const BlockNorm block_norm(norm, saved_statistics(*context, saved[7], saved[8]));
    const bool needs_input = context->needs_input_grad(0);
    const Gradients g = takes_bfloat_blocks(saved[0].scalar_type(), layers)
                            ? run_backward<BfloatBlocks>(saved[0], gy, block_norm, layers, needs_input)
                            : run_backward<FloatBlocks>(saved[0], gy, block_norm, layers, needs_input);
    return {g.x,     g.norm_weight, g.norm_bias, g.weight1,
            g.bias1, g.weight2,     g.bias2,     context->needs_input_grad(7) ? gy : Tensor(),
            Tensor()};
  }
};

Tensor through_aten(const Tensor& x, const TokenLayers& layers) {
  const Tensor normed = normalise(x, layers.norm);
  const Tensor y =
      layers.weight2.defined()
          ? recomputed_mlp(normed,
                           {.weight1 = layers.weight1, .bias1 = layers.bias1, .weight2 = layers.weight2, .bias2 = layers.bias2})
          : at::linear(normed, layers.weight1, layers.bias1);
  return layers.addend.defined() ? y + layers.addend.to(y.scalar_type()) : y;
}

} // namespace

Tensor token_layers(const Tensor& x, const TokenLayers& layers) {
  if (uses_plain_kernels()) {
    return plain::token_layers(x, layers);
  }
  const at::ScalarType type = working_type(x);
  const bool is_ours = x.is_cpu() && layers.weight1.scalar_type() == at::kFloat && takes_bfloat_blocks(type, layers);
  if (!is_ours && !has_own_products(x, layers.weight1)) {
    return through_aten(x, layers);
  }
  const auto as_rows = [type](const Tensor& tensor) { return tensor.to(type).contiguous().view({-1, tensor.size(-1)}); };
  const Tensor addend = layers.addend.defined() ? as_rows(layers.addend) : Tensor();
  const Tensor y = TokenLayersFunction::apply(as_rows(x), or_empty(layers.norm.weight), or_empty(layers.norm.bias),
                                              layers.weight1.contiguous(), layers.bias1, or_empty(layers.weight2).contiguous(),
                                              or_empty(layers.bias2), or_empty(addend), layers.norm);
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = y.size(1);
  return y.view(shape);
}

Tensor token_layer(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return token_layers(x, {.weight1 = weight, .bias1 = bias.defined() ? bias : at::zeros({weight.size(0)}, weight.options())});
}

} // namespace brainmvp::nn
