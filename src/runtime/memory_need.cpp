#include "runtime/memory_need.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"

namespace brainmvp::runtime {
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

} // namespace brainmvp::runtime
