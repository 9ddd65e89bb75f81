#include "bench/memory.h"

#include <fstream>
#include <sstream>
#include <string>

namespace brainmvp::bench {

void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << 5; // proc_pid_clear_refs(5): resets VmHWM
}

std::uint64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      std::uint64_t kilobytes = 0;
      std::istringstream(line.substr(6)) >> kilobytes;
      return kilobytes * 1024;
    }
  }
  return 0;
}

} // namespace brainmvp::bench
