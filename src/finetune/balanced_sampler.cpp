#include "finetune/balanced_sampler.h"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace brainmvp::finetune {

BalancedSampler::BalancedSampler(std::uint64_t seed, const std::vector<std::size_t>& classes)
    : rounds_(seed, std::set<std::size_t>(classes.begin(), classes.end()).size(), "classes") {
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    members[classes[i]].push_back(i);
  }
  for (auto& [value, indices] : members) {
    store::Sampler sampler(seed, indices.size(), "order of class " + std::to_string(value));
    classes_.push_back({.members = std::move(indices), .sampler = std::move(sampler)});
  }
}

store::Drawn BalancedSampler::at(std::uint64_t position) const {
  const store::Drawn turn = rounds_.at(position);
  const Class& chosen = classes_[turn.index];
  const store::Drawn drawn = chosen.sampler.at(turn.epoch);
  return {.index = chosen.members[drawn.index], .epoch = drawn.epoch};
}

} // namespace brainmvp::finetune
