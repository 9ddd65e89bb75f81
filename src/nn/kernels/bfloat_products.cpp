#include "nn/kernels/bfloat_products.h"

#include <ATen/Context.h>
#include <ATen/native/CPUBlas.h>

#include <algorithm>
#include <exception>

#include "base/machine.h"
#include "nn/kernels/bfloat_layout.h"

namespace brainmvp::nn {
namespace {

// ATen or oneDNN throws where they are built without these kernels, or where ONEDNN_MAX_CPU_ISA keeps them from those.
bool multiplies() {
  constexpr std::int64_t kSide = 32;
  const std::vector<float> ones(kSide * kSide, 1);
  const BfloatFactor b({.data = ones.data(), .row = kSide}, kSide, kSide);
  std::vector<std::uint16_t> a(ones.size());
  round_rows(ones.data(), kSide, kSide, kSide, a.data(), kSide);
  std::vector<float> c(ones.size());
  try {
    const BfloatProducts products;
    products.multiply({.m = kSide, .n = kSide, .k = kSide}, {.data = a.data(), .row = kSide}, b.pairs(), c.data(), kSide, false);
  } catch (const std::exception&) {
    return false;
  }
  return std::ranges::all_of(c, [](float sum) { return sum == static_cast<float>(kSide); });
}

} // namespace

bool has_bfloat16_products() {
  static const bool answer = processor_rounds_to_bfloat16() && at::globalContext().userEnabledMkldnn() && multiplies();
  return answer;
}

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
