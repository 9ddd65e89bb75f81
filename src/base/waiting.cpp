#include "base/waiting.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <system_error>

namespace brainmvp {
namespace {

// Of GNU's OpenMP, some 10 to 50 us: longer than most pauses between the operators of a step, far shorter than a time slice.
constexpr const char* kSpins = "10000";

bool chosen_by_user() {
  const std::initializer_list<const char*> names{"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"};
  return std::ranges::any_of(names, [](const char* name) { return std::getenv(name) != nullptr; });
}

} // namespace

bool let_waiting_threads_sleep() {
  return !chosen_by_user() && ::setenv("OMP_WAIT_POLICY", "PASSIVE", 0) == 0 && ::setenv("GOMP_SPINCOUNT", kSpins, 0) == 0;
}

void sleep_while_waiting(char** arguments) {
  if (let_waiting_threads_sleep()) {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    ::execv(program.c_str(), arguments); // where it fails, the program goes on as it is, and may be slower
  }
}

} // namespace brainmvp
