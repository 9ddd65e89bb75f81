// Products of single-precision matrices on one thread, for callers that share the work out themselves and keep what they
// multiply in the cache.
#pragma once

#include <cstdint>

namespace brainmvp::nn {

// Element (i, k) is data[i * row + k * column]: a matrix or its transpose.
struct Factor {
  const float* data = nullptr;
  std::int64_t row = 0, column = 1;
};

struct ProductSize {
  std::int64_t m = 0, n = 0, k = 0;
};

// c = a b, or c += a b. a: [m, k]; b: [k, n] and c: [m, n], rows `b_row` and `c_row` floats apart.
void multiply(const ProductSize& size, const Factor& a, const float* b, std::int64_t b_row, float* c, std::int64_t c_row,
              bool accumulate);

} // namespace brainmvp::nn
