// A step of AdamW or Adam over many tensors at once.
#pragma once

#include <torch/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "train/adam_kernel.h"

namespace brainmvp::train {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-5;            // of every tensor, as torch.optim does with one parameter group
  bool decoupled = true;                 // AdamW; otherwise the decay is added to the gradient, as torch.optim.Adam does
  std::vector<double> rate_factors = {}; // of the learning rate, one a parameter; empty: all 1
};

// Those of step number `step`, from 1.
AdamFactors adam_factors(double rate, double step, const AdamWOptions& options);

// Tensors that step at one rate, and their gradients, laid out alike.
struct AdamGroup {
  void add(const torch::Tensor& tensor, const torch::Tensor& gradient, const torch::Tensor& average, const torch::Tensor& square,
           const torch::Tensor& step);

  std::vector<torch::Tensor> tensors, gradients, averages, squares;
  std::vector<torch::Tensor> steps; // fp32 scalars: steps taken, this one included
};

// groups: by the factor of the rate. On a CPU in one pass over the values of all tensors, and a value's bits depend neither on
// its place nor on the number of threads; on a GPU through ATen's fused kernels.
void adam_step(std::map<double, AdamGroup>& groups, double rate, const AdamWOptions& options);

} // namespace brainmvp::train
