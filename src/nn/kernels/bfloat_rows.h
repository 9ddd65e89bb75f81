// What happens to a block of tokens in bfloat16 before and after its products, in one pass each, on one thread. Sums are in
// single precision. Only where processor_rounds_to_bfloat16().
#pragma once

#include <cstdint>

#include "nn/kernels/token_math.h"

namespace brainmvp::nn {

// y = x * scale + shift, channel by channel.
void scale_and_shift_rounded(const Rows& rows, const std::uint16_t* x, const float* scale, const float* shift, std::uint16_t* y);

// y = the exact GELU of x + bias, within 1e-4 of its value.
void gelu_rounded(const Rows& rows, const float* x, const float* bias, std::uint16_t* y);

// Results of gelu_gradient_rounded(): of rows.count tokens, and zeros up to an even number.
struct GeluGradient {
  std::uint32_t* y_pairs = nullptr; // gelu(x + bias), [pairs, C]
  std::uint32_t* g_pairs = nullptr; // the gradient of x, [pairs, C]
  std::uint16_t* g_rows = nullptr;  // the same, [count, C]
  float* g_sums = nullptr;          // its sums over the tokens are added here, [C]
};

// g: the gradient of gelu(x + bias)
void gelu_gradient_rounded(const Rows& rows, const float* x, const float* bias, const float* g, const GeluGradient& to);

// y = x + bias + addend, which may be null.
void finish_rounded(const Rows& rows, const float* x, const float* bias, const std::uint16_t* addend, std::uint16_t* y);

// sums[c] += the sum over rows of g
void add_rounded_column_sums(const Rows& rows, const std::uint16_t* g, float* sums);

// y = g, while g_sums += its sums over rows, and product_sums += those of g * (x - mean) * reciprocal_deviation.
void round_and_sum(const Rows& rows, const float* g, const std::uint16_t* x, const float* mean, const float* reciprocal_deviation,
                   float* product_sums, float* g_sums, std::uint16_t* y);

// g = a * g + b * x + c, channel by channel.
void combine_rounded(const Rows& rows, const std::uint16_t* x, const float* a, const float* b, const float* c, std::uint16_t* g);

} // namespace brainmvp::nn
