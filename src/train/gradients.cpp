#include "train/gradients.h"

#include <ATen/Parallel.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "base/error.h"
#include "parallel/sparse_rows.h"

namespace brainmvp::train {
namespace {

constexpr std::size_t kChunk = 1 << 16;

// Four sums side by side, so that additions do not wait for each other.
double chunk_sum_of_squares(std::span<const float> values) {
  std::array<double, 4> sums{};
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      const double value = values[i + lane];
      sums[lane] += value * value;
    }
  }
  for (; i < values.size(); ++i) {
    sums[0] += static_cast<double>(values[i]) * values[i];
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

} // namespace

double sum_of_squares(const std::vector<torch::Tensor>& tensors) {
  std::vector<std::span<const float>> chunks;
  for (const torch::Tensor& tensor : tensors) {
    const std::span<const float> values(tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel()));
    for (std::size_t first = 0; first < values.size(); first += kChunk) {
      chunks.push_back(values.subspan(first, std::min(kChunk, values.size() - first)));
    }
  }
  std::vector<double> sums(chunks.size());
  at::parallel_for(0, static_cast<std::int64_t>(sums.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      sums[i] = chunk_sum_of_squares(chunks[i]);
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double gradient_norm(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> own;
  std::vector<torch::Tensor> others; // on a GPU, that is waited for once
  for (const torch::Tensor& parameter : parameters) {
    if (!parameter.grad().defined()) {
      continue;
    }
    const torch::Tensor gradient =
        parameter.grad().is_sparse() ? parallel::sparse_rows(parameter.grad()).values : parameter.grad();
    if (gradient.is_cpu() && gradient.scalar_type() == at::kFloat && gradient.is_non_overlapping_and_dense()) {
      own.push_back(gradient);
    } else {
      others.push_back(gradient);
    }
  }
  double sum = sum_of_squares(own);
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
