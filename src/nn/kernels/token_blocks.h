// What one thread does with a block of tokens of token_layers.
#pragma once

#include <memory>

#include "nn/kernels/bfloat_products.h"
#include "nn/kernels/token_plan.h"

namespace brainmvp::nn {

// Memory of one thread, its values not set: a small layer would spend more time on zeros than on products.
template <class Value>
using Buffer = std::unique_ptr<Value[]>;

// In single precision, of tensors of either type.
class FloatBlocks {
public:
  using RightFactor = PackedFactor;
  static constexpr std::int64_t kRows = 12; // that the products take at once

  explicit FloatBlocks(const TokenWork& work);

  // y[piece] = the layers of x[piece]
  void forward(const ForwardFactors<RightFactor>& factors, const TokenPiece& piece, const torch::Tensor& x, torch::Tensor& y);

  // Adds the gradients of some tokens to `sums`, where those of the weights need not be set before the first ones; gives that of
  // the input, finished or not, in `gx`, where defined.
  void backward(const BackwardFactors<RightFactor>& factors, const TokenPiece& piece, const torch::Tensor& x,
                const torch::Tensor& gy, torch::Tensor& gx, float* sums);

  // gx[piece] = a * gx + b * x + c, channel by channel; factors: [3, C]
  void finish(const float* factors, const TokenPiece& piece, const torch::Tensor& x, torch::Tensor& gx);

  // Whether the sums of a weight's gradient, [out, in], are kept as [in, out].
  static bool keeps_transposed(std::int64_t /*inputs*/, std::int64_t /*outputs*/) { return false; }

private:
  const TokenWork& work_;
  Buffer<float> x_, normed_, hidden_, hidden_gradient_, y_, gradient_, addend_;
};

// With products in bfloat16 and sums in single precision, of tensors of bfloat16 with an even number of channels.
class BfloatBlocks {
public:
  using RightFactor = BfloatFactor;
  static constexpr std::int64_t kRows = 32;

  explicit BfloatBlocks(const TokenWork& work);

  void forward(const ForwardFactors<RightFactor>& factors, const TokenPiece& piece, const torch::Tensor& x, torch::Tensor& y);
  void backward(const BackwardFactors<RightFactor>& factors, const TokenPiece& piece, const torch::Tensor& x,
                const torch::Tensor& gy, torch::Tensor& gx, float* sums);
  void finish(const float* factors, const TokenPiece& piece, const torch::Tensor& x, torch::Tensor& gx);

  // The left factor of the sums is transposed, so it should be the narrower one.
  static bool keeps_transposed(std::int64_t inputs, std::int64_t outputs) { return inputs < outputs; }

private:
  using Value = std::uint16_t;
  using Word = std::uint32_t;

  const Value* normed(const TokenPiece& piece, const torch::Tensor& x);
  // sums = or += b^T a, or a^T b as keeps_transposed() says. a: [count, inputs], b: [count, outputs], as pairs
  void add_weight_gradient(const TokenPiece& piece, std::int64_t inputs, const Word* a, std::int64_t outputs, const Word* b,
                           float* sums);
  void write_input_gradient(const TokenPiece& piece, const torch::Tensor& x, torch::Tensor& gx, float* sums);

  const TokenWork& work_;
  BfloatProducts products_;
  Buffer<Value> normed_, hidden_rows_;
  Buffer<Word> input_pairs_, output_pairs_, hidden_pairs_, gradient_pairs_, transposed_;
  Buffer<float> wide_, result_, gradient_, hidden_, hidden_gradient_;
};

} // namespace brainmvp::nn
