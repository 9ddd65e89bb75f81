#include "parallel/sparse_rows.h"

#include <algorithm>

namespace brainmvp::parallel {

using torch::Tensor;

SparseRows sparse_rows(const Tensor& gradient) {
  const at::NoGradGuard no_gradient;
  const Tensor indices = gradient._indices().to(at::kCPU);
  std::vector<std::int64_t> given(static_cast<std::size_t>(indices.size(1)));
  for (std::int64_t axis = 0; axis < indices.size(0); ++axis) {
    const Tensor along = indices[axis].contiguous();
    const std::int64_t* index = along.const_data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < given.size(); ++i) {
      given[i] = given[i] * gradient.size(axis) + index[i];
    }
  }
  SparseRows result{.rows = given, .values = gradient._values()};
  std::ranges::sort(result.rows);
  result.rows.erase(std::ranges::unique(result.rows).begin(), result.rows.end());
  if (result.rows == given) {
    return result;
  }
  std::vector<std::int64_t> shape = result.values.sizes().vec();
  shape[0] = static_cast<std::int64_t>(result.rows.size());
  const Tensor sums = at::zeros(shape, result.values.options());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto place = std::ranges::lower_bound(result.rows, given[i]) - result.rows.begin();
    sums[place].add_(result.values[static_cast<std::int64_t>(i)]);
  }
  result.values = sums;
  return result;
}

std::int64_t row_count(const Tensor& gradient) { return gradient.size(0) * rows_of_first_axis(gradient); }

std::int64_t rows_of_first_axis(const Tensor& gradient) { return gradient.sparse_dim() == 1 ? 1 : gradient.size(1); }

} // namespace brainmvp::parallel
