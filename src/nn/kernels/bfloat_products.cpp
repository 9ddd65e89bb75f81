#include "nn/kernels/bfloat_products.h"

#include <ATen/Context.h>
#include <ATen/native/CPUBlas.h>

#include "base/machine.h"
#include "nn/kernels/bfloat_layout.h"

namespace brainmvp::nn {

bool has_bfloat16_products() { return processor_rounds_to_bfloat16() && at::globalContext().userEnabledMkldnn(); }

BfloatFactor::BfloatFactor(const Factor& b, std::int64_t k, std::int64_t n)
    : k_(k), n_(n), words_(static_cast<std::size_t>(k / 2 * n)) {
  const std::int64_t pairs = k / 2;
  if (b.column == 1) {
    round_pairs(b.data, k, n, words_.data());
  } else {
    std::vector<std::uint32_t> rows(words_.size());
    round_rows(b.data, n, k, b.column, reinterpret_cast<std::uint16_t*>(rows.data()), k);
    transpose_words(rows.data(), n, pairs, pairs, words_.data(), n);
  }
}

BfloatProducts::~BfloatProducts() { at::native::cpublas::brgemm_release(); }

void BfloatProducts::multiply(const ProductSize& size, const RoundedFactor& a, const PairedFactor& b, float* c,
                              std::int64_t c_row, bool accumulate) {
  at::native::cpublas::brgemm(size.m, size.n, size.k, a.row, b.row, c_row, accumulate,
                              reinterpret_cast<const at::BFloat16*>(a.data), reinterpret_cast<const at::BFloat16*>(b.words), c);
}

} // namespace brainmvp::nn
