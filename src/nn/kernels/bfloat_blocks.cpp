#include "nn/kernels/bfloat_layout.h"
#include "nn/kernels/bfloat_rows.h"
#include "nn/kernels/token_blocks.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// With an even number of tokens.
template <class Element>
Buffer<Element> even_buffer(const TokenPlan& plan, std::int64_t channels) {
  return std::make_unique_for_overwrite<Element[]>(static_cast<std::size_t>((plan.largest_block() + 1) * channels));
}

Buffer<std::uint32_t> pair_buffer(const TokenPlan& plan, std::int64_t channels) {
  return std::make_unique_for_overwrite<std::uint32_t[]>(static_cast<std::size_t>((plan.largest_block() + 1) / 2 * channels));
}

const std::uint16_t* rows_of(const Tensor& x, std::int64_t first) {
  return static_cast<const std::uint16_t*>(x.const_data_ptr()) + first * x.size(1);
}

std::uint16_t* rows_of(Tensor& x, std::int64_t first) {
  return static_cast<std::uint16_t*>(x.mutable_data_ptr()) + first * x.size(1);
}

// c[count, n] = rows b
void apply_factor(std::int64_t count, const std::uint16_t* rows, const BfloatFactor& b, float* c) {
  BfloatProducts::multiply({.m = count, .n = b.n(), .k = b.k()}, {.data = rows, .row = b.k()}, b.pairs(), c, b.n(), false);
}

} // namespace

BfloatBlocks::BfloatBlocks(const TokenWork& work)
    : work_(work), normed_(even_buffer<Value>(work.plan, work.plan.inputs)),
      hidden_rows_(even_buffer<Value>(work.plan, work.plan.hidden)), input_pairs_(pair_buffer(work.plan, work.plan.inputs)),
      output_pairs_(pair_buffer(work.plan, work.plan.outputs)), hidden_pairs_(pair_buffer(work.plan, work.plan.hidden)),
      gradient_pairs_(pair_buffer(work.plan, work.plan.hidden)),
      transposed_(pair_buffer(work.plan, std::max({work.plan.inputs, work.plan.hidden, work.plan.outputs}))),
      wide_(even_buffer<float>(work.plan, work.plan.inputs)), result_(even_buffer<float>(work.plan, work.plan.outputs)),
      gradient_(even_buffer<float>(work.plan, work.plan.inputs)), hidden_(even_buffer<float>(work.plan, work.plan.hidden)),
      hidden_gradient_(even_buffer<float>(work.plan, work.plan.hidden)) {}

const std::uint16_t* BfloatBlocks::normed(const TokenPiece& piece, const Tensor& x) {
  const Rows rows{.count = piece.count, .channels = work_.plan.inputs};
  const Value* in = rows_of(x, piece.first);
  switch (work_.layers.norm.kind) {
  case Norm::Kind::kNone:
    return in;
  case Norm::Kind::kBatch:
    scale_and_shift_rounded(rows, in, work_.norm.scale(), work_.norm.shift(), normed_.get());
    break;
  case Norm::Kind::kLayer:
    work_.norm.apply(rows, read_block(x, piece.first, piece.count, wide_.get()), wide_.get());
    round_rows(wide_.get(), rows.count, rows.channels, rows.channels, normed_.get(), rows.channels);
    break;
  }
  return normed_.get();
}

void BfloatBlocks::forward(const ForwardFactors<BfloatFactor>& factors, const TokenPiece& piece, const Tensor& x, Tensor& y) {
  const auto& [plan, norm, layers] = work_;
  const std::int64_t count = piece.count;
  const Value* in = normed(piece, x);
  const Tensor& bias = plan.hidden > 0 ? layers.bias2 : layers.bias1;
  if (plan.hidden > 0) {
    apply_factor(count, in, factors.first, hidden_.get());
    gelu_rounded({.count = count, .channels = plan.hidden}, hidden_.get(), layers.bias1.const_data_ptr<float>(),
                 hidden_rows_.get());
    apply_factor(count, hidden_rows_.get(), factors.second, result_.get());
  } else {
    apply_factor(count, in, factors.first, result_.get());
  }
  finish_rounded({.count = count, .channels = plan.outputs}, result_.get(), bias.const_data_ptr<float>(),
                 layers.addend.defined() ? rows_of(layers.addend, piece.first) : nullptr, rows_of(y, piece.first));
}

void BfloatBlocks::add_weight_gradient(const TokenPiece& piece, std::int64_t inputs, const Word* a, std::int64_t outputs,
                                       const Word* b, float* sums) {
  const std::int64_t pairs = (piece.count + 1) / 2;
  const bool a_is_left = keeps_transposed(inputs, outputs);
  const std::int64_t left = a_is_left ? inputs : outputs, right = a_is_left ? outputs : inputs;
  transpose_words(a_is_left ? a : b, pairs, left, left, transposed_.get(), pairs);
  BfloatProducts::multiply({.m = left, .n = right, .k = 2 * pairs},
                           {.data = reinterpret_cast<const Value*>(transposed_.get()), .row = 2 * pairs},
                           {.words = a_is_left ? b : a, .row = right}, sums, right, !piece.is_first);
}

void BfloatBlocks::backward(const BackwardFactors<BfloatFactor>& factors, const TokenPiece& piece, const Tensor& x,
                            const Tensor& gy, Tensor& gx, float* sums) {
  const auto& [plan, norm, layers] = work_;
  const auto [first, count, is_first] = piece;
  const TokenSums at(plan);
  const std::int64_t pairs = (count + 1) / 2;
  const Value* in = normed(piece, x);
  const Value* g = rows_of(gy, first);
  const Rows out_rows{.count = count, .channels = plan.outputs};
  join_pairs(in, count, plan.inputs, plan.inputs, input_pairs_.get(), pairs);
  join_pairs(g, count, plan.outputs, plan.outputs, output_pairs_.get(), pairs);
  if (plan.hidden > 0) {
    apply_factor(count, in, factors.again, hidden_.get());
    apply_factor(count, g, factors.second, hidden_gradient_.get());
    gelu_gradient_rounded({.count = count, .channels = plan.hidden}, hidden_.get(), layers.bias1.const_data_ptr<float>(),
                          hidden_gradient_.get(),
                          {.y_pairs = hidden_pairs_.get(),
                           .g_pairs = gradient_pairs_.get(),
                           .g_rows = hidden_rows_.get(),
                           .g_sums = sums + at.bias1});
    add_weight_gradient(piece, plan.hidden, hidden_pairs_.get(), plan.outputs, output_pairs_.get(), sums + at.weight2);
    add_rounded_column_sums(out_rows, g, sums + at.bias2);
    add_weight_gradient(piece, plan.inputs, input_pairs_.get(), plan.hidden, gradient_pairs_.get(), sums + at.weight1);
    g = hidden_rows_.get();
  } else {
    add_weight_gradient(piece, plan.inputs, input_pairs_.get(), plan.outputs, output_pairs_.get(), sums + at.weight1);
    add_rounded_column_sums(out_rows, g, sums + at.bias1);
  }
  if (gx.defined()) {
    apply_factor(count, g, factors.first, gradient_.get());
    write_input_gradient(piece, x, gx, sums);
  }
}

void BfloatBlocks::write_input_gradient(const TokenPiece& piece, const Tensor& x, Tensor& gx, float* sums) {
  const TokenSums at(work_.plan);
  const Rows rows{.count = piece.count, .channels = work_.plan.inputs};
  Value* out = rows_of(gx, piece.first);
  if (work_.norm.needs_finish()) {
    round_and_sum(rows, gradient_.get(), rows_of(x, piece.first), work_.norm.mean(), work_.norm.reciprocal_deviation(),
                  sums + at.norm_weight, sums + at.norm_bias, out);
    return;
  }
  work_.norm.gradient(rows, read_block(x, piece.first, piece.count, wide_.get()), gradient_.get(), sums + at.norm_weight,
                      sums + at.norm_bias);
  round_rows(gradient_.get(), rows.count, rows.channels, rows.channels, out, rows.channels);
}

void BfloatBlocks::finish(const float* factors, const TokenPiece& piece, const Tensor& x, Tensor& gx) {
  const std::int64_t channels = work_.plan.inputs;
  combine_rounded({.count = piece.count, .channels = channels}, rows_of(x, piece.first), factors, factors + channels,
                  factors + 2 * channels, rows_of(gx, piece.first));
}

} // namespace brainmvp::nn
