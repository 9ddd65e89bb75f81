#include "train/pace.h"

#include <cmath>
#include <string>

#include "base/log.h"
#include "base/text.h"

namespace brainmvp::train {
namespace {

constexpr std::uint64_t kFirstSteps = 5; // after the very first one, which also sets things up
constexpr std::uint64_t kWindow = 50;
constexpr double kTolerableShare = 0.1;

} // namespace

void Pace::add(double seconds, double wait_seconds) {
  ++steps_;
  if (steps_ == 1) {
    return;
  }
  seconds_ += seconds;
  wait_seconds_ += wait_seconds;
  if (steps_ == kFirstSteps + 1 && steps_left_ > steps_) {
    const double each = seconds_ / static_cast<double>(kFirstSteps);
    log::info("a step takes " + human_seconds(each) + ": about " +
              human_seconds(each * static_cast<double>(steps_left_ - steps_)) + " for the " +
              std::to_string(steps_left_ - steps_) + " steps left");
  }
  if (steps_ % kWindow == 0) {
    judge_waiting();
  }
}

void Pace::judge_waiting() {
  const double share = wait_seconds_ / seconds_;
  if (share > kTolerableShare && !warned_) {
    warned_ = true;
    log::warning("training waits for its data " + std::to_string(std::lround(100 * share)) +
                 " % of the time; raise --loader-threads, or move the store to a faster disk");
  }
  seconds_ = 0;
  wait_seconds_ = 0;
}

} // namespace brainmvp::train
