#include "train/adam_step.h"

#include <ATen/Parallel.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>

#include <algorithm>
#include <cmath>

namespace brainmvp::train {
namespace {

// Values of one tensor that one thread takes at a time.
struct AdamChunk {
  AdamFactors factors;
  AdamValues at;
  const float* gradients;
};

void add_chunks(std::vector<AdamChunk>& chunks, const AdamGroup& group, double rate, const AdamWOptions& options) {
  constexpr std::int64_t kMost = 1 << 15;
  for (std::size_t i = 0; i < group.tensors.size(); ++i) {
    const AdamFactors factors = adam_factors(rate, *group.steps[i].const_data_ptr<float>(), options);
    const std::int64_t count = group.tensors[i].numel();
    for (std::int64_t first = 0; first < count; first += kMost) {
      chunks.push_back({.factors = factors,
                        .at = {.count = std::min(kMost, count - first),
                               .values = group.tensors[i].mutable_data_ptr<float>() + first,
                               .averages = group.averages[i].mutable_data_ptr<float>() + first,
                               .squares = group.squares[i].mutable_data_ptr<float>() + first},
                        .gradients = group.gradients[i].const_data_ptr<float>() + first});
    }
  }
}

void step_on_gpu(AdamGroup& group, double rate, const AdamWOptions& options) {
  if (options.decoupled) {
    at::_fused_adamw_(group.tensors, group.gradients, group.averages, group.squares, {}, group.steps, rate, options.beta1,
                      options.beta2, options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  } else {
    at::_fused_adam_(group.tensors, group.gradients, group.averages, group.squares, {}, group.steps, rate, options.beta1,
                     options.beta2, options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  }
}

} // namespace

AdamFactors adam_factors(double rate, double step, const AdamWOptions& options) {
  return {.kept = options.decoupled ? static_cast<float>(1 - rate * options.weight_decay) : 1,
          .decay = options.decoupled ? 0 : static_cast<float>(options.weight_decay),
          .new_in_average = static_cast<float>(1 - options.beta1),
          .kept_of_squares = static_cast<float>(options.beta2),
          .new_in_squares = static_cast<float>(1 - options.beta2),
          .correction = static_cast<float>(1 / std::sqrt(1 - std::pow(options.beta2, step))),
          .epsilon = static_cast<float>(options.epsilon),
          .step = static_cast<float>(rate / (1 - std::pow(options.beta1, step)))};
}

void AdamGroup::add(const torch::Tensor& tensor, const torch::Tensor& gradient, const torch::Tensor& average,
                    const torch::Tensor& square, const torch::Tensor& step) {
  tensors.push_back(tensor);
  gradients.push_back(gradient);
  averages.push_back(average);
  squares.push_back(square);
  steps.push_back(step);
}

void adam_step(std::map<double, AdamGroup>& groups, double rate, const AdamWOptions& options) {
  std::vector<AdamChunk> chunks;
  for (auto& [factor, group] : groups) {
    if (group.tensors.front().is_cpu()) {
      add_chunks(chunks, group, factor * rate, options);
    } else {
      step_on_gpu(group, factor * rate, options);
    }
  }
  at::parallel_for(0, static_cast<std::int64_t>(chunks.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const AdamChunk& chunk = chunks[static_cast<std::size_t>(i)];
      take_step(chunk.factors, chunk.at, chunk.gradients);
    }
  });
}

} // namespace brainmvp::train
