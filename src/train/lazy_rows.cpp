#include "train/lazy_rows.h"

#include <ATen/Parallel.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace brainmvp::train {
namespace {

constexpr std::int64_t kBlock = 1 << 14; // values; with moments and zeros 256 KiB: half of an L2 cache

} // namespace

LazyRows::LazyRows(torch::Tensor parameter, torch::Tensor average, torch::Tensor average_of_squares, double taken)
    : parameter_(parameter.detach().flatten(1)), average_(average.flatten(1)), average_of_squares_(average_of_squares.flatten(1)),
      taken_(taken), applied_(static_cast<std::size_t>(parameter.size(0))) {}

void LazyRows::defer(double rate) { rates_.push_back(rate); }

void LazyRows::skip_deferred(std::int64_t row) {
  std::size_t& applied = applied_.at(static_cast<std::size_t>(row));
  if (applied + 1 != rates_.size()) {
    throw Error(ExitCode::kInternal, "row " + std::to_string(row) + " of a parameter has a gradient but was not up to date");
  }
  ++applied;
}

void LazyRows::settle(std::span<const std::int64_t> rows, const AdamWOptions& options) {
  for (const std::int64_t row : rows) {
    settle_row(row, options);
  }
}

void LazyRows::settle_all(const AdamWOptions& options) {
  for (std::int64_t row = 0; row < parameter_.size(0); ++row) {
    settle_row(row, options);
  }
  taken_ += static_cast<double>(rates_.size());
  rates_.clear();
  std::ranges::fill(applied_, 0);
}

void LazyRows::settle_row(std::int64_t row, const AdamWOptions& options) {
  std::size_t& applied = applied_.at(static_cast<std::size_t>(row));
  const std::int64_t size = parameter_.size(1), most = parameter_.is_cpu() ? std::min(size, kBlock) : size;
  const std::int64_t blocks = applied == rates_.size() ? 0 : (size + most - 1) / most;
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::NoGradGuard no_grad; // of this thread
    const torch::Tensor zeros = at::zeros({most}, parameter_.options());
    for (std::int64_t block = begin; block < end; ++block) {
      const auto part = [&, first = block * most](const torch::Tensor& tensor) {
        return tensor[row].narrow(0, first, std::min(most, size - first));
      };
      AdamGroup group;
      const torch::Tensor values = part(parameter_);
      group.add(values, zeros.narrow(0, 0, values.numel()), part(average_), part(average_of_squares_),
                at::full({}, taken_ + static_cast<double>(applied), parameter_.options()));
      for (std::size_t step = applied; step < rates_.size(); ++step) {
        group.steps[0].add_(1);
        adam_step(group, rates_[step], options);
      }
    }
  });
  applied = rates_.size();
}

} // namespace brainmvp::train
