// What a StoreBuilder's work takes, and whether this machine has it.
#include <algorithm>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/machine.h"
#include "base/text.h"
#include "store/prepare_store.h"

namespace brainmvp::store {
namespace {

// Rates of one thread on one core of a 2024 Xeon, gzip included; what heads leave of their grids; the program itself.
constexpr double kNativeVoxelsPerSecond = 20e6;
constexpr double kTargetVoxelsPerSecond = 20e6;
constexpr double kUsualForeground = 0.5;
constexpr double kUsualCompression = 0.4;
constexpr std::uint64_t kProgramBytes = 128'000'000;

std::vector<std::uint64_t> memory_of_largest(const std::vector<StudyOutcome>& outcomes, std::size_t threads) {
  const auto waiting = static_cast<std::size_t>(std::ranges::count(outcomes, Outcome::kWaiting, &StudyOutcome::outcome));
  const std::size_t count = std::clamp<std::size_t>(waiting, 1, std::max<std::size_t>(threads, 1));
  const std::size_t threads_each = std::max<std::size_t>(threads / count, 1);
  std::vector<std::uint64_t> bytes;
  for (const StudyOutcome& outcome : outcomes) {
    if (outcome.outcome == Outcome::kWaiting) {
      bytes.push_back(outcome.cost.memory_bytes(threads_each));
    }
  }
  std::ranges::sort(bytes, std::greater());
  bytes.resize(std::min(bytes.size(), count));
  return bytes;
}

std::string largest_study(const std::vector<StudyOutcome>& outcomes) {
  const auto memory = [](const StudyOutcome& one) { return one.outcome == Outcome::kWaiting ? one.cost.memory_bytes(1) : 0; };
  return std::ranges::max_element(outcomes, {}, memory)->id;
}

} // namespace

Expectation StoreBuilder::expectation() const {
  Expectation expected;
  for (const std::size_t position : waiting()) {
    const StudyCost& cost = outcomes_[position].cost;
    ++expected.studies;
    expected.largest_disk_bytes += cost.disk_bytes;
    expected.seconds += static_cast<double>(cost.native_voxels) / kNativeVoxelsPerSecond +
                        static_cast<double>(cost.target_voxels) / kTargetVoxelsPerSecond;
  }
  expected.disk_bytes = static_cast<std::uint64_t>(kUsualForeground * (options_.parameters.compress ? kUsualCompression : 1) *
                                                   static_cast<double>(expected.largest_disk_bytes));
  expected.seconds /= static_cast<double>(std::min(options_.threads, processor_count()));
  expected.memory_bytes = kProgramBytes;
  for (const std::uint64_t bytes : memory_of_largest(outcomes_, options_.threads)) {
    expected.memory_bytes += bytes;
  }
  return expected;
}

void StoreBuilder::check_resources() const {
  const Expectation expected = expectation();
  const std::uint64_t free_bytes = free_disk(store_);
  if (expected.disk_bytes > free_bytes) {
    throw Error(ExitCode::kOutOfResources, store_.string() + ": the store needs about " + human_bytes(expected.disk_bytes) +
                                               " and the disk has " + human_bytes(free_bytes) + " free; choose another disk");
  }
  const std::uint64_t available = available_memory();
  if (expected.studies == 0 || expected.memory_bytes <= available) {
    return;
  }
  std::size_t fitting = 0;
  std::uint64_t sum = kProgramBytes;
  const std::vector<std::uint64_t> largest = memory_of_largest(outcomes_, options_.threads);
  while (fitting < largest.size() && sum + largest[fitting] <= available) {
    sum += largest[fitting++];
  }
  const std::string advice = fitting > 0 ? "pass --threads " + std::to_string(fitting)
                                         : "no number of threads fits; if the spacing of study " + largest_study(outcomes_) +
                                               " is right, use a machine with more memory";
  throw Error(ExitCode::kOutOfResources, std::to_string(largest.size()) + " studies at a time need up to " +
                                             human_bytes(expected.memory_bytes) + " of memory and " + human_bytes(available) +
                                             " are available; " + advice);
}

} // namespace brainmvp::store
