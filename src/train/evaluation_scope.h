// A network as it is used, in the midst of its training.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

namespace brainmvp::train {

// Evaluation mode without gradients for as long as it lives; training mode afterwards.
class EvaluationScope {
public:
  explicit EvaluationScope(torch::nn::Module& module) : module_(module) { module_.eval(); }
  ~EvaluationScope() { module_.train(); }
  EvaluationScope(const EvaluationScope&) = delete;
  EvaluationScope& operator=(const EvaluationScope&) = delete;

private:
  at::NoGradGuard no_gradient_;
  torch::nn::Module& module_;
};

} // namespace brainmvp::train
