#include "parallel/sparse_rows.h"

#include <algorithm>

namespace brainmvp::parallel {

using torch::Tensor;

SparseRows sparse_rows(const Tensor& gradient) {
  const at::NoGradGuard no_gradient;
  const Tensor indices = gradient._indices()[0].to(at::kCPU);
  const std::int64_t* index = indices.const_data_ptr<std::int64_t>();
  const std::vector<std::int64_t> given(index, index + indices.numel());
  SparseRows result{.rows = given, .values = gradient._values()};
  std::ranges::sort(result.rows);
  result.rows.erase(std::ranges::unique(result.rows).begin(), result.rows.end());
  if (result.rows == given) {
    return result;
  }
  std::vector<std::int64_t> shape = gradient.sizes().vec();
  shape[0] = static_cast<std::int64_t>(result.rows.size());
  const Tensor sums = at::zeros(shape, result.values.options());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto place = std::ranges::lower_bound(result.rows, given[i]) - result.rows.begin();
    sums[place].add_(result.values[static_cast<std::int64_t>(i)]);
  }
  result.values = sums;
  return result;
}

} // namespace brainmvp::parallel
