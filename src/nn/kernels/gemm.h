// Products of single-precision matrices on one thread, for callers that share the work out themselves and keep what they
// multiply in the cache.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

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

// A right factor of many products, [k, n], in the order in which they read it. Any number of threads may read it at once.
class PackedFactor {
public:
  PackedFactor() = default;
  PackedFactor(const Factor& b, std::int64_t k, std::int64_t n);
  PackedFactor(std::int64_t k, std::int64_t n); // zeros

  // Values of row k, `count` columns from `first`. Threads may set different values at once.
  void set(std::int64_t k, std::int64_t first, std::int64_t count, const float* values);

  [[nodiscard]] std::int64_t k() const { return k_; }
  [[nodiscard]] std::int64_t n() const { return n_; }
  [[nodiscard]] const float* panels() const { return lines_.front().values.data(); }

private:
  struct alignas(64) Line {
    std::array<float, 16> values;
  };

  std::int64_t k_ = 0, n_ = 0;
  std::vector<Line> lines_;
};

// c = a b, or c += a b, with the bits of the other form. a: [m, k]; c: [m, n], rows `c_row` floats apart.
void multiply(std::int64_t m, const Factor& a, const PackedFactor& b, float* c, std::int64_t c_row, bool accumulate);

// One of several left factors, and its product.
struct Segment {
  const float* a;
  float* c;
};

// c += a b for each segment, [m, k] and [m, n], rows `a_row` and `c_row` floats apart. A part of b that is in the cache is used
// for all of them, so that a large b may meet small segments.
void multiply_segments(std::int64_t m, std::span<const Segment> segments, std::int64_t a_row, const PackedFactor& b,
                       std::int64_t c_row);

} // namespace brainmvp::nn
