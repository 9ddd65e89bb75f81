#include "train/adam_step.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>

namespace brainmvp::train {

void AdamGroup::add(const torch::Tensor& tensor, const torch::Tensor& gradient, const torch::Tensor& average,
                    const torch::Tensor& square, const torch::Tensor& step) {
  tensors.push_back(tensor);
  gradients.push_back(gradient);
  averages.push_back(average);
  squares.push_back(square);
  steps.push_back(step);
}

void adam_step(AdamGroup& group, double rate, const AdamWOptions& options) {
  if (options.decoupled) {
    at::_fused_adamw_(group.tensors, group.gradients, group.averages, group.squares, {}, group.steps, rate, options.beta1,
                      options.beta2, options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  } else {
    at::_fused_adam_(group.tensors, group.gradients, group.averages, group.squares, {}, group.steps, rate, options.beta1,
                     options.beta2, options.weight_decay, options.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  }
}

} // namespace brainmvp::train
