#include "base/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <string>

#include "base/program_path.h"

namespace brainmvp {
namespace {

// Of GNU's OpenMP, some 10 to 50 us: longer than most pauses between the operators of a step, far shorter than a time slice.
constexpr const char* kSpins = "10000";

bool is_set(std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [](const char* name) { return std::getenv(name) != nullptr; });
}

bool let_waiting_threads_sleep() {
  return !is_set({"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"}) && ::setenv("OMP_WAIT_POLICY", "PASSIVE", 0) == 0 &&
         ::setenv("GOMP_SPINCOUNT", kSpins, 0) == 0;
}

// Of glibc 2.35 and newer; others pass over it.
bool ask_for_large_pages() {
  const std::string name = "glibc.malloc.hugetlb";
  const char* others = std::getenv("GLIBC_TUNABLES");
  std::string tunables = others == nullptr ? "" : others;
  if (tunables.find(name) != std::string::npos) {
    return false;
  }
  tunables += (tunables.empty() ? "" : ":") + name + "=1";
  return ::setenv("GLIBC_TUNABLES", tunables.c_str(), 1) == 0;
}

} // namespace

bool settle_environment() {
  const bool sleeps = let_waiting_threads_sleep();
  const bool pages = ask_for_large_pages();
  return sleeps || pages;
}

void restart_in_environment(char** arguments) {
  if (settle_environment()) {
    ::execv(path_of_program().c_str(), arguments); // where it fails, the program goes on as it is, and may be slower
  }
}

} // namespace brainmvp
