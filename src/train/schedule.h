// Learning rate as a pure function of the step, so that a resumed run needs no state of it.
#pragma once

#include <cstdint>

namespace brainmvp::train {

struct Schedule {
  double peak = 3e-4; // learning rate after the warm-up
  double floor = 0;   // learning rate at the end
  std::uint64_t warmup_steps = 0;
  std::uint64_t total_steps = 1; // optimizer steps

  // Rate of the optimizer step `step`, counted from 0. Linear warm-up: peak * (step + 1) / (warmup_steps + 1); then half a
  // cosine (Loshchilov and Hutter 2017, eq. 5), which without warm-up is PyTorch's CosineAnnealingLR with T_max = total_steps.
  [[nodiscard]] double rate(std::uint64_t step) const;
};

} // namespace brainmvp::train
