#include "train/gradients.h"

#include <ATen/Parallel.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "parallel/sparse_rows.h"

namespace brainmvp::train {
namespace {

constexpr std::int64_t kChunk = 1 << 16;

// Four sums side by side, so that additions do not wait for each other.
double chunk_sum_of_squares(const float* values, std::int64_t count) {
  std::array<double, 4> sums{};
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      const double value = values[i + static_cast<std::int64_t>(lane)];
      sums[lane] += value * value;
    }
  }
  for (; i < count; ++i) {
    sums[0] += static_cast<double>(values[i]) * values[i];
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double sum_of_squares(const torch::Tensor& gradient) {
  const float* values = gradient.const_data_ptr<float>();
  const std::int64_t count = gradient.numel();
  std::vector<double> sums(static_cast<std::size_t>((count + kChunk - 1) / kChunk));
  at::parallel_for(0, static_cast<std::int64_t>(sums.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t chunk = begin; chunk < end; ++chunk) {
      const std::int64_t first = chunk * kChunk;
      sums[static_cast<std::size_t>(chunk)] = chunk_sum_of_squares(values + first, std::min(kChunk, count - first));
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

} // namespace

double gradient_norm(const std::vector<torch::Tensor>& parameters) {
  double sum = 0;
  std::vector<torch::Tensor> others; // on a GPU, that is waited for once
  for (const torch::Tensor& parameter : parameters) {
    if (!parameter.grad().defined()) {
      continue;
    }
    const torch::Tensor gradient =
        parameter.grad().is_sparse() ? parallel::sparse_rows(parameter.grad()).values : parameter.grad();
    if (gradient.is_cpu() && gradient.scalar_type() == at::kFloat && gradient.is_non_overlapping_and_dense()) {
      sum += sum_of_squares(gradient);
    } else {
      others.push_back(gradient);
    }
  }
  if (!others.empty()) {
    const double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(others, 2, at::kFloat))).item<double>();
    sum += norm * norm;
  }
  return std::sqrt(sum);
}

void clip_gradients(const std::vector<torch::Tensor>& parameters, double norm, double max_norm) {
  if (max_norm < 0) {
    throw Error(ExitCode::kUsage, "gradients cannot be clipped to a negative norm; 0 leaves them as they are");
  }
  const double factor = max_norm / (norm + 1e-6);
  if (max_norm == 0 || !(factor < 1)) {
    return;
  }
  const at::NoGradGuard no_grad;
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) {
      parameter.grad().mul_(factor);
    }
  }
}

} // namespace brainmvp::train
