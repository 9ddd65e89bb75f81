#include "nn/kernels/token_layers.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

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

struct Workspace {
  explicit Workspace(const Plan& plan)
      : x(sized(plan, plan.inputs)), normed(sized(plan, plan.inputs)), hidden(sized(plan, plan.hidden)),
        hidden_gradient(sized(plan, plan.hidden)), y(sized(plan, plan.outputs)), gradient(sized(plan, plan.inputs)) {}

  static std::vector<float> sized(const Plan& plan, std::int64_t channels) {
    return std::vector<float>(static_cast<std::size_t>(plan.block() * channels));
  }

  std::vector<float> x, normed, hidden, hidden_gradient, y, gradient;
};

// y[count, out] = x[count, in] W^T + bias; transposed: W^T, [in, out]
void apply_layer(std::int64_t count, const float* x, const Tensor& transposed, const Tensor& bias, float* y) {
  const std::int64_t in = transposed.size(0), out = transposed.size(1);
  fill_rows({.count = count, .channels = out}, bias.const_data_ptr<float>(), y);
  multiply({.m = count, .n = out, .k = in}, {.data = x, .row = in}, transposed.const_data_ptr<float>(), out, y, out, true);
}

// Gradients of a layer: weight += g^T x, bias += column sums of g.
void add_layer_gradient(const Rows& g_rows, const float* g, std::int64_t inputs, const float* x, float* weight, float* bias) {
  multiply({.m = g_rows.channels, .n = inputs, .k = g_rows.count}, {.data = g, .row = 1, .column = g_rows.channels}, x, inputs,
           weight, inputs, true);
  add_column_sums(g_rows, g, bias);
}

// g W
void pull_back(std::int64_t count, const float* g, const Tensor& weight, float* to) {
  const std::int64_t out = weight.size(0), in = weight.size(1);
  multiply({.m = count, .n = in, .k = out}, {.data = g, .row = out}, weight.const_data_ptr<float>(), in, to, in, false);
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

Tensor transposed(const Tensor& weight) { return weight.defined() ? weight.t().contiguous() : Tensor(); }

Tensor run_forward(const Tensor& x, const BlockNorm& norm, const TokenLayers& layers) {
  const Plan plan(x, layers.weight1, layers.weight2);
  const Tensor first = transposed(layers.weight1), second = transposed(layers.weight2);
  Tensor y = at::empty({plan.tokens, plan.outputs}, x.options());
  const std::int64_t blocks = (plan.tokens + plan.block() - 1) / plan.block();
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    Workspace room(plan);
    std::vector<float> addend(layers.addend.defined() ? room.y.size() : 0);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t start = i * plan.block();
      const std::int64_t count = std::min(plan.block(), plan.tokens - start);
      const float* in =
          norm.apply({.count = count, .channels = plan.inputs}, read_block(x, start, count, room.x.data()), room.normed.data());
      float* out = block_to_write(y, start, room.y.data());
      if (plan.hidden > 0) {
        apply_layer(count, in, first, layers.bias1, room.hidden.data());
        gelu(count * plan.hidden, room.hidden.data());
        apply_layer(count, room.hidden.data(), second, layers.bias2, out);
      } else {
        apply_layer(count, in, first, layers.bias1, out);
      }
      if (layers.addend.defined()) {
        add_values(count * plan.outputs, read_block(layers.addend, start, count, addend.data()), out);
      }
      write_block(y, start, count, out);
    }
  });
  return y;
}

// Adds the gradients of tokens first .. first + count to `sums`; gives that of the input, finished or not, in `gx`.
void run_backward_block(const Plan& plan, const BlockNorm& norm, const TokenLayers& layers, const Tensor& first_layer,
                        std::int64_t first, std::int64_t count, const Tensor& x, const Tensor& gy, Tensor& gx, Workspace& room,
                        float* sums) {
  const Sums at(plan);
  const Rows in_rows{.count = count, .channels = plan.inputs};
  const float* in = read_block(x, first, count, room.x.data());
  const float* normed = norm.apply(in_rows, in, room.normed.data());
  const float* g = read_block(gy, first, count, room.y.data());
  std::int64_t middle = plan.outputs;
  if (plan.hidden > 0) {
    apply_layer(count, normed, first_layer, layers.bias1, room.hidden.data());
    pull_back(count, g, layers.weight2, room.hidden_gradient.data());
    gelu_gradient(count * plan.hidden, room.hidden.data(), room.hidden_gradient.data());
    add_layer_gradient({.count = count, .channels = plan.outputs}, g, plan.hidden, room.hidden.data(), sums + at.weight2,
                       sums + at.bias2);
    g = room.hidden_gradient.data();
    middle = plan.hidden;
  }
  add_layer_gradient({.count = count, .channels = middle}, g, plan.inputs, normed, sums + at.weight1, sums + at.bias1);
  if (gx.defined()) {
    float* out = block_to_write(gx, first, room.gradient.data());
    pull_back(count, g, layers.weight1, out);
    norm.gradient(in_rows, in, out, sums + at.norm_weight, sums + at.norm_bias);
    write_block(gx, first, count, out);
  }
}

// gx = a * gx + b * x + c, channel by channel
void finish_gradient(const Plan& plan, const std::vector<float>& factors, const Tensor& x, Tensor& gx) {
  const std::int64_t blocks = (plan.tokens + plan.block() - 1) / plan.block();
  const float* a = factors.data();
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> x_room = Workspace::sized(plan, plan.inputs);
    std::vector<float> g_room = Workspace::sized(plan, plan.inputs);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t start = i * plan.block();
      const std::int64_t count = std::min(plan.block(), plan.tokens - start);
      float* out = block_to_write(gx, start, g_room.data());
      combine({.count = count, .channels = plan.inputs}, read_block(gx, start, count, g_room.data()),
              read_block(x, start, count, x_room.data()), a, a + plan.inputs, a + 2 * plan.inputs, out);
      write_block(gx, start, count, out);
    }
  });
}

// parts: [P, size]. The first row becomes the sum of all, in their order.
void add_up(const TokenParts& parts, std::int64_t size, float* sums) {
  at::parallel_for(0, size, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = 1; part < parts.count(); ++part) {
      add_values(end - begin, sums + part * size + begin, sums + begin);
    }
  });
}

struct Gradients {
  Tensor x, norm_weight, norm_bias, weight1, bias1, weight2, bias2;
};

Gradients run_backward(const Tensor& x, const Tensor& gy, const BlockNorm& norm, const TokenLayers& layers, bool needs_input) {
  const Plan plan(x, layers.weight1, layers.weight2);
  const Sums at(plan);
  const TokenParts parts(plan.tokens, at.size);
  const Tensor first_layer = plan.hidden > 0 ? transposed(layers.weight1) : Tensor();
  Tensor sums = at::zeros({parts.count(), at.size}, x.options().dtype(at::kFloat));
  Tensor gx = needs_input ? at::empty_like(x) : Tensor();
  float* values = sums.mutable_data_ptr<float>();
  at::parallel_for(0, parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    Workspace room(plan);
    for (std::int64_t part = begin; part < end; ++part) {
      for (std::int64_t start = parts.begin(part); start < parts.end(part); start += plan.block()) {
        run_backward_block(plan, norm, layers, first_layer, start, std::min(plan.block(), parts.end(part) - start), x, gy, gx,
                           room, values + part * at.size);
      }
    }
  });
  add_up(parts, at.size, values);
  if (needs_input && norm.needs_finish()) {
    finish_gradient(plan, norm.finish(values + at.norm_weight, values + at.norm_bias), x, gx);
  }
  const Tensor total = sums[0];
  const auto piece = [&](std::int64_t start, const Tensor& like) {
    return like.defined() ? total.narrow(0, start, like.numel()).view(like.sizes()).clone() : Tensor();
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
    context->saved_data["kind"] = static_cast<std::int64_t>(norm.kind);
    context->saved_data["epsilon"] = norm.epsilon;
    context->saved_data["is_training"] = norm.is_training;
    context->saved_data["group"] = reinterpret_cast<std::int64_t>(norm.share.group);
    context->saved_data["here"] = norm.share.here;
    context->saved_data["tokens"] = statistics.tokens;
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
    const Norm norm{.kind = static_cast<Norm::Kind>(context->saved_data["kind"].toInt()),
                    .epsilon = context->saved_data["epsilon"].toDouble(),
                    .weight = or_undefined(saved[1]),
                    .bias = or_undefined(saved[2]),
                    .is_training = context->saved_data["is_training"].toBool(),
                    .share = {.group = reinterpret_cast<const parallel::Group*>(context->saved_data["group"].toInt()),
                              .here = context->saved_data["here"].toInt()}};
    const TokenLayers layers{
        .norm = norm, .weight1 = saved[3], .bias1 = saved[4], .weight2 = or_undefined(saved[5]), .bias2 = or_undefined(saved[6])};
    const Tensor gy = gradients[0].contiguous();
    const Gradients g = run_backward(
        saved[0], gy,
        BlockNorm(norm, {.mean = saved[7], .reciprocal_deviation = saved[8], .tokens = context->saved_data["tokens"].toDouble()}),
        layers, context->needs_input_grad(0));
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

} // namespace brainmvp::nn
