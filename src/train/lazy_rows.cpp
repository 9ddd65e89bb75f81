#include "train/lazy_rows.h"

#include <ATen/Parallel.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.h"

namespace brainmvp::train {
namespace {

constexpr std::int64_t kBlock = 1 << 14; // values that a thread takes at a time

// Values that lack the same steps.
struct LatePart {
  const std::vector<AdamFactors>* steps;
  AdamValues at;
};

} // namespace

LazyRows::LazyRows(const torch::Tensor& parameter, const torch::Tensor& average, const torch::Tensor& average_of_squares,
                   std::int64_t rows, double taken)
    : parameter_(parameter.detach().view({rows, -1})), average_(average.view({rows, -1})),
      average_of_squares_(average_of_squares.view({rows, -1})), taken_(taken), applied_(static_cast<std::size_t>(rows)) {}

void LazyRows::defer(double rate) { rates_.push_back(rate); }

void LazyRows::skip_deferred(std::int64_t row) {
  std::size_t& applied = applied_.at(static_cast<std::size_t>(row));
  if (applied + 1 != rates_.size()) {
    throw Error(ExitCode::kInternal, "row " + std::to_string(row) + " of a parameter has a gradient but was not up to date");
  }
  ++applied;
}

void LazyRows::settle(std::span<const std::int64_t> rows, const AdamWOptions& options) {
  if (!parameter_.is_cpu()) {
    for (const std::int64_t row : rows) {
      settle_on_gpu(row, options);
    }
    return;
  }
  std::map<std::size_t, std::vector<AdamFactors>> steps; // by the number of those taken
  std::vector<LatePart> parts;
  const std::int64_t size = parameter_.size(1);
  const auto values_of = [&](const torch::Tensor& tensor, std::int64_t row) {
    return tensor.mutable_data_ptr<float>() + row * size;
  };
  for (const std::int64_t row : rows) {
    std::size_t& applied = applied_.at(static_cast<std::size_t>(row));
    if (applied == rates_.size()) {
      continue;
    }
    const auto late =
        steps.find(applied) != steps.end() ? steps.find(applied) : steps.emplace(applied, steps_from(applied, options)).first;
    applied = rates_.size();
    for (std::int64_t first = 0; first < size; first += kBlock) {
      parts.push_back({.steps = &late->second,
                       .at = {.count = std::min(kBlock, size - first),
                              .values = values_of(parameter_, row) + first,
                              .averages = values_of(average_, row) + first,
                              .squares = values_of(average_of_squares_, row) + first}});
    }
  }
  at::parallel_for(0, static_cast<std::int64_t>(parts.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const LatePart& part = parts[static_cast<std::size_t>(i)];
      take_idle_steps(*part.steps, part.at);
    }
  });
}

void LazyRows::settle_all(const AdamWOptions& options) {
  std::vector<std::int64_t> rows(applied_.size());
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  settle(rows, options);
  taken_ += static_cast<double>(rates_.size());
  rates_.clear();
  std::ranges::fill(applied_, 0);
}

std::vector<AdamFactors> LazyRows::steps_from(std::size_t applied, const AdamWOptions& options) const {
  std::vector<AdamFactors> steps;
  for (; applied < rates_.size(); ++applied) {
    steps.push_back(adam_factors(rates_[applied], taken_ + static_cast<double>(applied) + 1, options));
  }
  return steps;
}

void LazyRows::settle_on_gpu(std::int64_t row, const AdamWOptions& options) {
  const at::NoGradGuard no_grad;
  std::size_t& applied = applied_.at(static_cast<std::size_t>(row));
  if (applied == rates_.size()) {
    return;
  }
  std::map<double, AdamGroup> groups;
  AdamGroup& group = groups[1];
  group.add(parameter_[row], at::zeros_like(parameter_[row]), average_[row], average_of_squares_[row],
            at::full({}, taken_ + static_cast<double>(applied), parameter_.options()));
  for (; applied < rates_.size(); ++applied) {
    group.steps[0].add_(1);
    adam_step(groups, rates_[applied], options);
  }
}

} // namespace brainmvp::train
