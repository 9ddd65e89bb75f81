#include "runtime/ordered_sums.h"

#include <c10/util/accumulate.h>

#include <cstdint>

namespace brainmvp {

namespace {

constexpr std::int64_t kPiece = 1 << 14; // values that one thread of ATen adds up, whatever it may use

} // namespace

at::Tensor ordered_row_sums(const at::Tensor& x) {
  const std::int64_t pieces = x.size(-1) / kPiece;
  if (!x.is_cpu() || pieces == 0) {
    return x.contiguous().sum(-1);
  }
  const at::Tensor rows = x.contiguous();
  const at::Tensor sums = ordered_row_sums(rows.narrow(-1, 0, pieces * kPiece).unflatten(-1, {pieces, kPiece}).sum(-1));
  const std::int64_t rest = x.size(-1) - pieces * kPiece;
  return rest == 0 ? sums : sums + rows.narrow(-1, pieces * kPiece, rest).sum(-1);
}

at::Tensor ordered_row_means(const at::Tensor& x) { return ordered_row_sums(x) / x.size(-1); }

at::Tensor ordered_sum(const at::Tensor& x) { return ordered_row_sums(x.reshape({-1})); }

at::Tensor ordered_mean(const at::Tensor& x) { return ordered_row_means(x.reshape({-1})); }

at::Tensor filled_with(const at::Tensor& value, at::IntArrayRef sizes) {
  const std::int64_t count = c10::multiply_integers(sizes);
  const std::int64_t pieces = (count + kPiece - 1) / kPiece;
  // Two steps, so that the gradient of each piece is summed for itself.
  const at::Tensor rows = value.view({1, 1}).expand({pieces, 1}).expand({pieces, kPiece});
  return rows.reshape({-1}).narrow(0, 0, count).view(sizes);
}

at::Tensor mean_square_error(const at::Tensor& a, const at::Tensor& b) { return ordered_mean((a - b).square()); }

} // namespace brainmvp
