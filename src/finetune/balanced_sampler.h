// Draws each class as often as any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/sampler.h"

namespace brainmvp::finetune {

// Rounds in which each class that has members comes once, in a drawn order; the members of a class as a store::Sampler gives
// them.
class BalancedSampler {
public:
  // `classes`: of each study. Throws Error(kNothingFound) without any.
  BalancedSampler(std::uint64_t seed, const std::vector<std::size_t>& classes);

  // `position` counts samples from 0. Gives the study, and how often its class has been passed through before. Any thread may
  // call it.
  [[nodiscard]] store::Drawn at(std::uint64_t position) const;

private:
  struct Class {
    std::vector<std::size_t> members;
    store::Sampler sampler; // of the members
  };

  std::vector<Class> classes_;
  store::Sampler rounds_; // of the classes
};

} // namespace brainmvp::finetune
