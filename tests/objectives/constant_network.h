// A network that gives the same whatever it is shown, so that losses can be computed by hand.
#pragma once

#include "objectives/objective.h"

namespace brainmvp::objectives {

// All parameters 0 but the one of that name, which is filled.
inline void make_constant(const Objective& objective, const std::string& bias, double value) {
  const torch::NoGradGuard no_gradient;
  bool found = false;
  for (const auto& [name, tensor] : objective.parameters()) {
    found = found || name == bias;
    tensor.fill_(name == bias ? value : 0);
  }
  EXPECT_TRUE(found) << bias;
}

} // namespace brainmvp::objectives
