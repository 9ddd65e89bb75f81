#include "nn/kernels/token_blocks.h"
#include "nn/kernels/token_math.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

Buffer<float> sized(const TokenPlan& plan, std::int64_t channels) {
  return std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(plan.largest_block() * channels));
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

} // namespace

FloatBlocks::FloatBlocks(const TokenWork& work)
    : work_(work), x_(sized(work.plan, work.plan.inputs)), normed_(sized(work.plan, work.plan.inputs)),
      hidden_(sized(work.plan, work.plan.hidden)), hidden_gradient_(sized(work.plan, work.plan.hidden)),
      y_(sized(work.plan, work.plan.outputs)), gradient_(sized(work.plan, work.plan.inputs)),
      addend_(sized(work.plan, work.layers.addend.defined() ? work.plan.outputs : 0)) {}

void FloatBlocks::forward(const ForwardFactors<PackedFactor>& factors, const TokenPiece& piece, const Tensor& x, Tensor& y) {
  const auto& [plan, norm, layers] = work_;
  const std::int64_t first = piece.first, count = piece.count;
  const float* in = norm.apply({.count = count, .channels = plan.inputs}, read_block(x, first, count, x_.get()), normed_.get());
  float* out = block_to_write(y, first, y_.get());
  if (plan.hidden > 0) {
    apply_layer(count, in, factors.first, layers.bias1, hidden_.get());
    gelu(count * plan.hidden, hidden_.get());
    apply_layer(count, hidden_.get(), factors.second, layers.bias2, out);
  } else {
    apply_layer(count, in, factors.first, layers.bias1, out);
  }
  if (layers.addend.defined()) {
    add_values(count * plan.outputs, read_block(layers.addend, first, count, addend_.get()), out);
  }
  write_block(y, first, count, out);
}

void FloatBlocks::backward(const BackwardFactors<PackedFactor>& factors, const TokenPiece& piece, const Tensor& x,
                           const Tensor& gy, Tensor& gx, float* sums) {
  const auto& [plan, norm, layers] = work_;
  const auto [first, count, is_first] = piece;
  const TokenSums at(plan);
  const Rows in_rows{.count = count, .channels = plan.inputs};
  const float* in = read_block(x, first, count, x_.get());
  const float* normed = norm.apply(in_rows, in, normed_.get());
  const float* g = read_block(gy, first, count, y_.get());
  std::int64_t middle = plan.outputs;
  if (plan.hidden > 0) {
    apply_layer(count, normed, factors.again, layers.bias1, hidden_.get());
    pull_back(count, g, factors.second, hidden_gradient_.get());
    gelu_gradient(count * plan.hidden, hidden_.get(), hidden_gradient_.get());
    add_layer_gradient({.count = count, .channels = plan.outputs}, g, plan.hidden, hidden_.get(), sums + at.weight2,
                       sums + at.bias2, is_first);
    g = hidden_gradient_.get();
    middle = plan.hidden;
  }
  add_layer_gradient({.count = count, .channels = middle}, g, plan.inputs, normed, sums + at.weight1, sums + at.bias1, is_first);
  if (gx.defined()) {
    float* out = block_to_write(gx, first, gradient_.get());
    pull_back(count, g, factors.first, out);
    norm.gradient(in_rows, in, out, sums + at.norm_weight, sums + at.norm_bias);
    write_block(gx, first, count, out);
  }
}

void FloatBlocks::finish(const float* factors, const TokenPiece& piece, const Tensor& x, Tensor& gx) {
  const std::int64_t channels = work_.plan.inputs;
  float* out = block_to_write(gx, piece.first, gradient_.get());
  combine({.count = piece.count, .channels = channels}, read_block(gx, piece.first, piece.count, gradient_.get()),
          read_block(x, piece.first, piece.count, x_.get()), factors, factors + channels, factors + 2 * channels, out);
  write_block(gx, piece.first, piece.count, out);
}

} // namespace brainmvp::nn
