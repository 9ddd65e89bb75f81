#include "nn/kernels/token_layers.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <memory>
#include <vector>

#include "nn/kernels/block_norm.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/gemm.h"
#include "nn/kernels/plain.h"
#include "nn/kernels/recomputed_mlp.h"
#include "nn/kernels/token_parts.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The layers as the kernels see them; `hidden` is 0 where there is one layer.
struct Plan {
  Plan(const Tensor& x, const Tensor& weight1, const Tensor& weight2)
      : tokens(x.size(0)), inputs(x.size(1)), hidden(weight2.defined() ? weight1.size(0) : 0),
        outputs(weight2.defined() ? weight2.size(0) : weight1.size(0)) {}

  // Tokens of a block, a multiple of the kernel's rows: what is computed of one block fits the second-level cache, as far as
  // the products stay large enough to be worth packing their factors.
  [[nodiscard]] std::int64_t block() const {
    constexpr std::int64_t kValues = 96 * 1024;
    return std::clamp(kValues / std::max({inputs, hidden, outputs}) / 12 * 12, std::int64_t{72}, std::int64_t{252});
  }

  std::int64_t tokens, inputs, hidden, outputs;
};

// Of one thread, its values not set: a small layer would spend more time on zeros than on products.
struct Workspace {
  using Room = std::unique_ptr<float[]>;

  explicit Workspace(const Plan& plan)
      : x(sized(plan, plan.inputs)), normed(sized(plan, plan.inputs)), hidden(sized(plan, plan.hidden)),
        hidden_gradient(sized(plan, plan.hidden)), y(sized(plan, plan.outputs)), gradient(sized(plan, plan.inputs)) {}

  static Room sized(const Plan& plan, std::int64_t channels) {
    return std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(std::min(plan.block(), plan.tokens) * channels));
  }

  Room x, normed, hidden, hidden_gradient, y, gradient;
};

// W^T and W of a layer, [out, in], as right factors; empty where there is no such layer.
PackedFactor forth(const Tensor& weight) {
  return weight.defined() ? PackedFactor({.data = weight.const_data_ptr<float>(), .row = 1, .column = weight.size(1)},
                                         weight.size(1), weight.size(0))
                          : PackedFactor();
}

PackedFactor back(const Tensor& weight) {
  return weight.defined()
             ? PackedFactor({.data = weight.const_data_ptr<float>(), .row = weight.size(1)}, weight.size(0), weight.size(1))
             : PackedFactor();
}

// y[count, out] = x[count, in] W^T + bias
void apply_layer(std::int64_t count, const float* x, const PackedFactor& transposed, const Tensor& bias, float* y) {
  fill_rows({.count = count, .channels = transposed.n()}, bias.const_data_ptr<float>(), y);
  multiply(count, {.data = x, .row = transposed.k()}, transposed, y, transposed.n(), true);
}

// Gradients of a layer: weight = or += g^T x, bias += column sums of g.
void add_layer_gradient(const Rows& g_rows, const float* g, std::int64_t inputs, const float* x, float* weight, float* bias,
                        bool is_first) {
  multiply({.m = g_rows.channels, .n = inputs, .k = g_rows.count}, {.data = g, .row = 1, .column = g_rows.channels}, x, inputs,
           weight, inputs, !is_first);
  add_column_sums(g_rows, g, bias);
}

// g W
void pull_back(std::int64_t count, const float* g, const PackedFactor& weight, float* to) {
  multiply(count, {.data = g, .row = weight.k()}, weight, to, weight.n(), false);
}

// Where the sums of the gradients stand, one after another.
struct Sums {
  explicit Sums(const Plan& plan) {
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

Tensor run_forward(const Tensor& x, const BlockNorm& norm, const TokenLayers& layers) {
  const Plan plan(x, layers.weight1, layers.weight2);
  const PackedFactor first = forth(layers.weight1), second = forth(layers.weight2);
  Tensor y = at::empty({plan.tokens, plan.outputs}, x.options());
  const std::int64_t blocks = (plan.tokens + plan.block() - 1) / plan.block();
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    Workspace room(plan);
    const Workspace::Room addend = Workspace::sized(plan, layers.addend.defined() ? plan.outputs : 0);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t start = i * plan.block();
      const std::int64_t count = std::min(plan.block(), plan.tokens - start);
      const float* in =
          norm.apply({.count = count, .channels = plan.inputs}, read_block(x, start, count, room.x.get()), room.normed.get());
      float* out = block_to_write(y, start, room.y.get());
      if (plan.hidden > 0) {
        apply_layer(count, in, first, layers.bias1, room.hidden.get());
        gelu(count * plan.hidden, room.hidden.get());
        apply_layer(count, room.hidden.get(), second, layers.bias2, out);
      } else {
        apply_layer(count, in, first, layers.bias1, out);
      }
      if (layers.addend.defined()) {
        add_values(count * plan.outputs, read_block(layers.addend, start, count, addend.get()), out);
      }
      write_block(y, start, count, out);
    }
  });
  return y;
}

// The layers as right factors of the products of backward.
struct BackwardFactors {
  BackwardFactors(const Plan& plan, const TokenLayers& layers, bool needs_input)
      : again(plan.hidden > 0 ? forth(layers.weight1) : PackedFactor()), second(back(layers.weight2)),
        first(needs_input ? back(layers.weight1) : PackedFactor()) {}

  PackedFactor again, second, first;
};

// Tokens first .. first + count; is_first: of their part.
struct Piece {
  std::int64_t first = 0, count = 0;
  bool is_first = false;
};

// Adds the gradients of some tokens to `sums`, where those of the weights need not be set before the first ones; gives that of
// the input, finished or not, in `gx`.
void run_backward_block(const Plan& plan, const BlockNorm& norm, const TokenLayers& layers, const BackwardFactors& factors,
                        const Piece& piece, const Tensor& x, const Tensor& gy, Tensor& gx, Workspace& room, float* sums) {
  const auto [first, count, is_first] = piece;
  const Sums at(plan);
  const Rows in_rows{.count = count, .channels = plan.inputs};
  const float* in = read_block(x, first, count, room.x.get());
  const float* normed = norm.apply(in_rows, in, room.normed.get());
  const float* g = read_block(gy, first, count, room.y.get());
  std::int64_t middle = plan.outputs;
  if (plan.hidden > 0) {
    apply_layer(count, normed, factors.again, layers.bias1, room.hidden.get());
    pull_back(count, g, factors.second, room.hidden_gradient.get());
    gelu_gradient(count * plan.hidden, room.hidden.get(), room.hidden_gradient.get());
    add_layer_gradient({.count = count, .channels = plan.outputs}, g, plan.hidden, room.hidden.get(), sums + at.weight2,
                       sums + at.bias2, is_first);
    g = room.hidden_gradient.get();
    middle = plan.hidden;
  }
  add_layer_gradient({.count = count, .channels = middle}, g, plan.inputs, normed, sums + at.weight1, sums + at.bias1, is_first);
  if (gx.defined()) {
    float* out = block_to_write(gx, first, room.gradient.get());
    pull_back(count, g, factors.first, out);
    norm.gradient(in_rows, in, out, sums + at.norm_weight, sums + at.norm_bias);
    write_block(gx, first, count, out);
  }
}

// gx = a * gx + b * x + c, channel by channel
void finish_gradient(const Plan& plan, const std::vector<float>& factors, const Tensor& x, Tensor& gx) {
  const std::int64_t blocks = (plan.tokens + plan.block() - 1) / plan.block();
  const float* a = factors.data();
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const Workspace::Room x_room = Workspace::sized(plan, plan.inputs);
    const Workspace::Room g_room = Workspace::sized(plan, plan.inputs);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t start = i * plan.block();
      const std::int64_t count = std::min(plan.block(), plan.tokens - start);
      float* out = block_to_write(gx, start, g_room.get());
      combine({.count = count, .channels = plan.inputs}, read_block(gx, start, count, g_room.get()),
              read_block(x, start, count, x_room.get()), a, a + plan.inputs, a + 2 * plan.inputs, out);
      write_block(gx, start, count, out);
    }
  });
}

// Sums that blocks only ever add to.
void clear_small_sums(const Sums& at, float* sums) {
  std::fill(sums + at.bias1, sums + at.weight2, 0.0F);
  std::fill(sums + at.bias2, sums + at.size, 0.0F);
}

struct Gradients {
  Tensor x, norm_weight, norm_bias, weight1, bias1, weight2, bias2;
};

Gradients run_backward(const Tensor& x, const Tensor& gy, const BlockNorm& norm, const TokenLayers& layers, bool needs_input) {
  const Plan plan(x, layers.weight1, layers.weight2);
  const Sums at(plan);
  const TokenParts parts(plan.tokens, at.size);
  const BackwardFactors factors(plan, layers, needs_input);
  Tensor sums = at::empty({parts.count(), at.size}, x.options().dtype(at::kFloat));
  Tensor gx = needs_input ? at::empty_like(x) : Tensor();
  float* values = sums.mutable_data_ptr<float>();
  at::parallel_for(0, parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    Workspace room(plan);
    for (std::int64_t part = begin; part < end; ++part) {
      clear_small_sums(at, values + part * at.size);
      for (std::int64_t start = parts.begin(part); start < parts.end(part); start += plan.block()) {
        const Piece piece{
            .first = start, .count = std::min(plan.block(), parts.end(part) - start), .is_first = start == parts.begin(part)};
        run_backward_block(plan, norm, layers, factors, piece, x, gy, gx, room, values + part * at.size);
      }
    }
  });
  const Tensor total = added_up(sums);
  const float* sum = total.const_data_ptr<float>();
  if (needs_input && norm.needs_finish()) {
    finish_gradient(plan, norm.finish(sum + at.norm_weight, sum + at.norm_bias), x, gx);
  }
  const auto piece = [&](std::int64_t start, const Tensor& like) { // a gradient keeps those of its layers in memory
    return like.defined() ? total.narrow(0, start, like.numel()).view(like.sizes()) : Tensor();
  };
  return {.x = gx,
          .norm_weight = piece(at.norm_weight, layers.norm.weight),
          .norm_bias = piece(at.norm_bias, layers.norm.bias),
          .weight1 = piece(at.weight1, layers.weight1),
          .bias1 = piece(at.bias1, layers.bias1),
          .weight2 = piece(at.weight2, layers.weight2),
          .bias2 = piece(at.bias2, layers.bias2)};
}

// Autograd takes no undefined tensors: an empty one stands for them.
Tensor or_empty(const Tensor& tensor) { return tensor.defined() ? tensor : at::empty({0}); }

Tensor or_undefined(const Tensor& tensor) { return tensor.numel() > 0 ? tensor : Tensor(); }

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
    return run_forward(x, BlockNorm(norm, statistics), layers);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Norm norm = saved_norm(*context, or_undefined(saved[1]), or_undefined(saved[2]));
    const TokenLayers layers{
        .norm = norm, .weight1 = saved[3], .bias1 = saved[4], .weight2 = or_undefined(saved[5]), .bias2 = or_undefined(saved[6])};
    const Tensor gy = gradients[0].contiguous();
    const BlockNorm block_norm(norm, saved_statistics(*context, saved[7], saved[8]));
    const Gradients g = run_backward(saved[0], gy, block_norm, layers, context->needs_input_grad(0));
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
  if (!has_own_products(x, layers.weight1)) {
    return through_aten(x, layers);
  }
  const auto as_rows = [type = working_type(x)](const Tensor& tensor) {
    return tensor.to(type).contiguous().view({-1, tensor.size(-1)});
  };
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
