#include "parallel/sums.h"

#include <torch/autograd.h>

#include <algorithm>

#include "parallel/sparse_rows.h"

namespace brainmvp::parallel {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class SumOverRanks : public torch::autograd::Function<SumOverRanks> {
public:
  static Tensor forward(AutogradContext*, const Tensor& values, const Group* group) {
    Tensor sum = values.contiguous().clone();
    group->sum(sum);
    return sum;
  }

  static variable_list backward(AutogradContext*, const variable_list& gradients) { return {gradients[0], Tensor()}; }
};

class RowsOfRanks : public torch::autograd::Function<RowsOfRanks> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& rows, std::int64_t here, const Group* group) {
    const Tensor counts = group->gather(at::tensor({here}, at::kLong)).flatten();
    const auto* count = counts.const_data_ptr<std::int64_t>();
    const std::int64_t most = *std::max_element(count, count + counts.numel());
    std::vector<std::int64_t> shape = rows.sizes().vec();
    shape[0] = most;
    Tensor padded = at::zeros(shape, rows.options());
    padded.narrow(0, 0, here).copy_(rows.narrow(0, 0, here));
    const Tensor all = group->gather(padded);
    std::vector<Tensor> parts;
    std::int64_t first = 0;
    for (std::int64_t rank = 0; rank < counts.numel(); ++rank) {
      first += rank < group->rank() ? count[rank] : 0;
      parts.push_back(all[rank].narrow(0, 0, count[rank]));
    }
    context->saved_data["first"] = first;
    context->saved_data["here"] = here;
    context->saved_data["rows"] = rows.size(0);
    return at::cat(parts);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const std::int64_t here = context->saved_data["here"].toInt();
    std::vector<std::int64_t> shape = gradients[0].sizes().vec();
    shape[0] = context->saved_data["rows"].toInt();
    Tensor own = at::zeros(shape, gradients[0].options());
    own.narrow(0, 0, here).copy_(gradients[0].narrow(0, context->saved_data["first"].toInt(), here));
    return {own, Tensor(), Tensor()};
  }
};

} // namespace

Tensor sum_over_ranks(const Tensor& values, const BatchShare& share) {
  return share.group == nullptr ? values : SumOverRanks::apply(share.here > 0 ? values : values * 0, share.group);
}

Tensor mean_over_ranks(const Tensor& mean, const BatchShare& share) {
  return share.group == nullptr
             ? mean
             : sum_over_ranks(mean * (static_cast<double>(share.here) / static_cast<double>(share.all)), share);
}

Tensor rows_of_ranks(const Tensor& rows, const BatchShare& share) {
  return share.group == nullptr ? rows : RowsOfRanks::apply(rows, share.here, share.group);
}

std::vector<std::int64_t> rows_of_all(const Tensor& gradient, const Group& group) {
  std::vector<double> uses(static_cast<std::size_t>(gradient.size(0)));
  for (const std::int64_t row : sparse_rows(gradient).rows) {
    uses[static_cast<std::size_t>(row / rows_of_first_axis(gradient))] = 1;
  }
  uses = group.sum(std::move(uses));
  std::vector<std::int64_t> rows;
  for (std::size_t row = 0; row < uses.size(); ++row) {
    if (uses[row] > 0) {
      rows.push_back(static_cast<std::int64_t>(row));
    }
  }
  return rows;
}

Tensor sum_sparse_rows(const Tensor& gradient, const std::vector<std::int64_t>& rows, const Group& group) {
  const SparseRows own = sparse_rows(gradient);
  std::vector<std::int64_t> shape = gradient.sizes().vec();
  shape[0] = static_cast<std::int64_t>(rows.size());
  Tensor sums = at::zeros(shape, own.values.options());
  const std::int64_t parts = rows_of_first_axis(gradient);
  for (std::size_t i = 0; i < own.rows.size(); ++i) {
    const auto place = std::ranges::lower_bound(rows, own.rows[i] / parts) - rows.begin();
    const Tensor whole = sums[place];
    const Tensor part = parts == 1 ? whole : whole[own.rows[i] % parts];
    part.copy_(own.values[static_cast<std::int64_t>(i)]);
  }
  group.sum(sums);
  const Tensor all = at::tensor(rows, at::kLong).unsqueeze(0).to(gradient.device());
  return at::sparse_coo_tensor(all, sums, gradient.sizes(), gradient.options())._coalesced_(true);
}

} // namespace brainmvp::parallel
