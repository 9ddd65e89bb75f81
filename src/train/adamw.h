// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2) and Adam (Kingma and Ba 2015, arXiv 1412.6980), in place.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/value.h"
#include "runtime/named_tensors.h"
#include "train/adam_step.h"
#include "train/lazy_rows.h"

namespace brainmvp::train {

class AdamW {
public:
  // `parameters`: fp32 leaf tensors, shared, in an order that is the same whenever the state is loaded.
  AdamW(NamedTensors parameters, AdamWOptions options);

  // One step with the gradients as they are. A tensor without a gradient is left alone, decay included. A gradient that is
  // sparse along the first axis, or the first two, counts as zero in what it leaves out: the step is that of the dense one, bit
  // for bit, but on a CPU the rest may take it later, in settle(). Throws Error(kInternal) for a gradient of a row that was not
  // settled.
  void step(double learning_rate);

  // Brings rows of a parameter, along its first axis, or all of everything, up to date. Call before they are read.
  void settle(const torch::Tensor& parameter, std::span<const std::int64_t> rows);
  void settle();

  // Forgets the gradients, so that a tensor that no loss reaches has none.
  void clear_gradients();

  // In the form of torch.optim.AdamW.state_dict(): {"state": {index: {step, exp_avg, exp_avg_sq}}, "param_groups": [...]}.
  // Tensors are shared, not copied. Throws Error(kInternal) unless settled.
  [[nodiscard]] checkpoint::Value state() const;

  // Throws Error(kBadInput) that names the tensor whose state is missing or has another shape.
  void load_state(const checkpoint::Value& state);

private:
  struct Moments {
    torch::Tensor step; // fp32 scalar, steps taken; undefined before the first
    torch::Tensor average;
    torch::Tensor average_of_squares;
    std::optional<LazyRows> late; // since the first sparse gradient
  };

  void start(Moments& moments, const torch::Tensor& parameter) const;
  void add_rows(AdamGroup& group, Moments& moments, const torch::Tensor& parameter, double rate);

  NamedTensors parameters_;
  std::vector<Moments> moments_;
  AdamWOptions options_;
  double last_rate_ = 0;
};

} // namespace brainmvp::train
