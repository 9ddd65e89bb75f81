// Products of blocks that stay in the cache, on one thread, with factors rounded to bfloat16 and sums in single precision, on
// processors that have instructions for it; oneDNN's micro-kernels, through ATen.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/kernels/gemm.h"

namespace brainmvp::nn {

// Whether processor and libtorch can multiply so.
bool has_bfloat16_products();

// A left factor, its rows `row` values apart.
struct RoundedFactor {
  const std::uint16_t* data = nullptr;
  std::int64_t row = 0;
};

// A right factor as pairs of its rows (bfloat_layout.h), `row` words apart.
struct PairedFactor {
  const std::uint32_t* words = nullptr;
  std::int64_t row = 0;
};

// A right factor of many products, [k, n]; k is even. Any number of threads may read it at once.
class BfloatFactor {
public:
  BfloatFactor() = default;
  // b: a matrix with contiguous rows or columns
  BfloatFactor(const Factor& b, std::int64_t k, std::int64_t n);

  [[nodiscard]] std::int64_t k() const { return k_; }
  [[nodiscard]] std::int64_t n() const { return n_; }
  [[nodiscard]] PairedFactor pairs() const { return {.words = words_.data(), .row = n_}; }

private:
  std::int64_t k_ = 0, n_ = 0;
  std::vector<std::uint32_t> words_;
};

// While a thread multiplies: at its end the processor's tile registers are free for others.
class BfloatProducts {
public:
  BfloatProducts() = default;
  ~BfloatProducts();
  BfloatProducts(const BfloatProducts&) = delete;
  BfloatProducts& operator=(const BfloatProducts&) = delete;

  // c = a b, or c += a b; size.k is even. c: [m, n], rows `c_row` floats apart.
  static void multiply(const ProductSize& size, const RoundedFactor& a, const PairedFactor& b, float* c, std::int64_t c_row,
                       bool accumulate);
};

} // namespace brainmvp::nn
