// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2) and Adam (Kingma and Ba 2015, arXiv 1412.6980), in place.
#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "checkpoint/value.h"

namespace brainmvp::train {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-5;            // of every tensor, as torch.optim does with one parameter group
  bool decoupled = true;                 // AdamW; otherwise the decay is added to the gradient, as torch.optim.Adam does
  std::vector<double> rate_factors = {}; // of the learning rate, one a parameter; empty: all 1
};

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

class AdamW {
public:
  // `parameters`: fp32 leaf tensors, shared, in an order that is the same whenever the state is loaded.
  AdamW(NamedTensors parameters, AdamWOptions options);

  // One step with the gradients as they are. A tensor without a gradient is left alone, decay included. A gradient that is
  // sparse along the first axis counts as zero in the rows that it leaves out: the step is that of the dense one.
  void step(double learning_rate);

  // Forgets the gradients, so that a tensor that no loss reaches has none.
  void clear_gradients();

  // In the form of torch.optim.AdamW.state_dict(): {"state": {index: {step, exp_avg, exp_avg_sq}}, "param_groups": [...]}.
  // Tensors are shared, not copied.
  [[nodiscard]] checkpoint::Value state() const;

  // Throws Error(kBadInput) that names the tensor whose state is missing or has another shape.
  void load_state(const checkpoint::Value& state);

private:
  struct Moments {
    torch::Tensor step; // fp32 scalar, steps taken; undefined before the first
    torch::Tensor average;
    torch::Tensor average_of_squares;
  };

  NamedTensors parameters_;
  std::vector<Moments> moments_;
  AdamWOptions options_;
  double last_rate_ = 0;
};

} // namespace brainmvp::train
