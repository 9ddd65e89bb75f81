// How fast a training goes, and whether it waits for its data.
#pragma once

#include <cstdint>

namespace brainmvp::train {

// Logs, after the first few steps, how long the rest will take, and warns once when the loader does not keep up.
class Pace {
public:
  explicit Pace(std::uint64_t steps_left) : steps_left_(steps_left) {}

  // One more step: how long it took, and how much of that was waiting for data.
  void add(double seconds, double wait_seconds);

private:
  void judge_waiting();

  std::uint64_t steps_left_;
  std::uint64_t steps_ = 0;
  double seconds_ = 0; // since the last judgement
  double wait_seconds_ = 0;
  bool warned_ = false;
};

} // namespace brainmvp::train
