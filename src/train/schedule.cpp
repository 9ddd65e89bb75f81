#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace brainmvp::train {

double Schedule::rate(std::uint64_t step) const {
  if (step < warmup_steps) {
    return peak * static_cast<double>(step + 1) / static_cast<double>(warmup_steps + 1);
  }
  const std::uint64_t falling = std::max<std::uint64_t>(total_steps - std::min(warmup_steps, total_steps), 1);
  const double done = std::min(1.0, static_cast<double>(step - warmup_steps) / static_cast<double>(falling));
  return floor + (peak - floor) * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

} // namespace brainmvp::train
