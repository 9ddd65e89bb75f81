#include "base/machine.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>

#include "base/control_group.h"

namespace brainmvp {
namespace {

// The number behind `key` in a file of "key: value" or "key value" lines; 0 when absent.
std::uint64_t number_behind(const char* path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  std::uint64_t value = 0;
  while (file >> word) {
    if (word == key && file >> value) {
      return value;
    }
  }
  return 0;
}

// By its name in /proc/cpuinfo, as "amx_bf16".
bool processor_has(const std::string& feature) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("flags")) {
      std::istringstream words(line);
      return std::find(std::istream_iterator<std::string>(words), {}, feature) != std::istream_iterator<std::string>();
    }
  }
  return false;
}

std::size_t allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) {
    return 1;
  }
  return static_cast<std::size_t>(std::max(CPU_COUNT(&set), 1));
}

} // namespace

std::uint64_t available_memory() {
  const std::uint64_t free_bytes = number_behind("/proc/meminfo", "MemAvailable:") * 1024;
  return std::min(free_bytes, memory_left_in_group().value_or(free_bytes));
}

std::uint64_t peak_resident_memory() { return number_behind("/proc/self/status", "VmHWM:") * 1024; }

void reset_peak_resident_memory() { std::ofstream("/proc/self/clear_refs") << 5; } // proc(5)

std::uint64_t free_disk(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path existing = std::filesystem::absolute(path, error);
  while (!std::filesystem::exists(existing, error) && existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  return std::filesystem::space(existing, error).available;
}

std::size_t processor_count(std::size_t processes, const std::filesystem::path& root) {
  const std::size_t allowed = allowed_processors();
  const bool shared_out = allowed < std::thread::hardware_concurrency();
  const std::size_t share = shared_out ? allowed : allowed / processes;
  const double quota = processor_quota(root).value_or(static_cast<double>(allowed * processes));
  const auto within_quota = static_cast<std::size_t>(std::ceil(quota / static_cast<double>(processes)));
  return std::max<std::size_t>(std::min(share, within_quota), 1);
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) {
      return line.substr(std::min(line.find(": ") + 2, line.size()));
    }
  }
  return "unknown processor";
}

bool processor_multiplies_bfloat16() {
  static const bool answer = processor_has("amx_bf16") || processor_has("avx512_bf16");
  return answer;
}

bool processor_rounds_to_bfloat16() {
  static const bool answer = processor_has("avx512_bf16") && processor_has("avx512bw") && processor_has("avx512vl");
  return answer;
}

} // namespace brainmvp
