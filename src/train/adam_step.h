// The arithmetic of a step of AdamW or Adam, through ATen's fused kernels.
#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace brainmvp::train {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-5;            // of every tensor, as torch.optim does with one parameter group
  bool decoupled = true;                 // AdamW; otherwise the decay is added to the gradient, as torch.optim.Adam does
  std::vector<double> rate_factors = {}; // of the learning rate, one a parameter; empty: all 1
};

// Tensors that one call of a kernel changes, and their gradients, laid out alike.
struct AdamGroup {
  void add(const torch::Tensor& tensor, const torch::Tensor& gradient, const torch::Tensor& average, const torch::Tensor& square,
           const torch::Tensor& step);

  std::vector<torch::Tensor> tensors, gradients, averages, squares;
  std::vector<torch::Tensor> steps; // fp32 scalars: steps taken, this one included
};

// A value's result depends neither on its place nor on the number of threads, but for up to 15 last ones of a tensor, whose
// number is no multiple of 16.
void adam_step(AdamGroup& group, double rate, const AdamWOptions& options);

} // namespace brainmvp::train
