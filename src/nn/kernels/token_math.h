// What happens to a block of tokens before and after its matrix products, on one thread. Blocks are rows of C channels, in
// single precision; tensors in memory hold float or bfloat16.
#pragma once

#include <cstdint>

namespace brainmvp::nn {

enum class Storage { kFloat, kBfloat16 };

// `count` values of a tensor from element `first`, widened; and back, rounded to nearest even.
void load_values(Storage storage, const void* tensor, std::int64_t first, std::int64_t count, float* to);
void store_values(Storage storage, const float* from, std::int64_t count, void* tensor, std::int64_t first);

struct Rows {
  std::int64_t count = 0, channels = 0;
};

// y = x * scale + shift, channel by channel; x may be y.
void scale_and_shift(const Rows& rows, const float* x, const float* scale, const float* shift, float* y);

// Every row of y = values: [C], or zero where null.
void fill_rows(const Rows& rows, const float* values, float* y);

// y += x
void add_values(std::int64_t count, const float* x, float* y);

// sums[c] += the sum over rows of g
void add_column_sums(const Rows& rows, const float* g, float* sums);

// sums[c] += the sum over rows of g * (x - mean) * reciprocal_deviation
void add_column_products(const Rows& rows, const float* g, const float* x, const float* mean, const float* reciprocal_deviation,
                         float* sums);

// y = a * g + b * x + c, channel by channel; g may be y.
void combine(const Rows& rows, const float* g, const float* x, const float* a, const float* b, const float* c, float* y);

// Mean of each channel, and the sum of its squared differences from it.
void column_moments(const Rows& rows, const float* x, float* mean, float* squares);

// Layer norm (Ba et al. 2016, arXiv 1607.06450), row by row.
void layer_norm_rows(const Rows& rows, const float* x, const float* weight, const float* bias, float epsilon, float* y);

// Its gradient: `g`, of the output, becomes that of the input; the weight's and the bias' are added up.
void layer_norm_gradient(const Rows& rows, const float* x, const float* weight, float epsilon, float* g, float* weight_gradient,
                         float* bias_gradient);

// The exact GELU, x Phi(x) (Hendrycks and Gimpel 2016, arXiv 1606.08415), within 2e-8 of Phi.
void gelu(std::int64_t count, float* x);

// x becomes gelu(x), and g, the gradient of gelu(x), that of x.
void gelu_gradient(std::int64_t count, float* x, float* g);

} // namespace brainmvp::nn
