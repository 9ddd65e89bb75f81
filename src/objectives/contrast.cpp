#include "objectives/contrast.h"

#include <limits>

#include "runtime/ordered_sums.h"

namespace brainmvp::objectives {

torch::Tensor unit_rows(const torch::Tensor& rows) {
  constexpr double kSmallestNorm = 1e-12;
  const torch::Tensor flat = rows.flatten(1);
  return flat / ordered_row_sums(flat.square()).clamp_min(kSmallestNorm * kSmallestNorm).sqrt().unsqueeze(1);
}

torch::Tensor nt_xent(const torch::Tensor& view1, const torch::Tensor& view2, const torch::Tensor& studies, double temperature) {
  const torch::Tensor rows = at::cat({unit_rows(view1), unit_rows(view2)});
  const torch::Tensor index = at::arange(rows.size(0), studies.options().dtype(at::kLong));
  const torch::Tensor other_view = index.roll(view1.size(0));
  const torch::Tensor owner = at::cat({studies, studies});
  const torch::Tensor left_out = owner.unsqueeze(0).eq(owner.unsqueeze(1)) & index.unsqueeze(0).ne(other_view.unsqueeze(1));
  const torch::Tensor logits = at::mm(rows, rows.t()) / temperature;
  return at::cross_entropy_loss(logits.masked_fill(left_out, -std::numeric_limits<double>::infinity()), other_view);
}

} // namespace brainmvp::objectives
