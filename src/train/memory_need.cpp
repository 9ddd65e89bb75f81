#include "train/memory_need.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"

namespace brainmvp::train {
namespace {

// By Work: measured as peak resident memory less program and weights.
const std::map<std::string, std::array<double, 5>>& measured_bytes() {
  static const std::map<std::string, std::array<double, 5>> measured{{"uniformer_tiny", {800, 3700, 800, 1700, 300}},
                                                                     {"uniformer_small", {1600, 4400, 1600, 2000, 500}},
                                                                     {"uniformer_base", {2800, 7700, 2800, 2600, 900}},
                                                                     {"unet", {2000, 5000, 2000, 2000, 700}}};
  return measured;
}

} // namespace

double bytes_per_voxel(const std::string& network, Work work) {
  const auto found = measured_bytes().find(network);
  return (found == measured_bytes().end() ? measured_bytes().at("uniformer_base") : found->second)
      .at(static_cast<std::size_t>(work));
}

double voxels_of(const image::Size& size) {
  return static_cast<double>(size[0]) * static_cast<double>(size[1]) * static_cast<double>(size[2]);
}

std::string memory_text(double bytes) {
  constexpr double kMost = 1e19; // below 2^64
  return human_bytes(static_cast<std::uint64_t>(std::clamp(bytes, 0.0, kMost)));
}

void check_memory(const std::string& what, double bytes, bool on_cpu, const std::string& relief) {
  const std::uint64_t available = available_memory();
  log::info(what + " needs about " + memory_text(bytes) + " of " +
            (on_cpu ? "memory (" + human_bytes(available) + " free)" : "GPU memory"));
  if (on_cpu && bytes > static_cast<double>(available)) {
    throw Error(ExitCode::kOutOfResources, what + " needs about " + memory_text(bytes) + " of memory where " +
                                               human_bytes(available) + " are free; " + relief);
  }
}

} // namespace brainmvp::train
