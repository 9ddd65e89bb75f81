#include "base/interrupt.h"

#include <atomic>
#include <csignal>
#include <string>

#include "base/error.h"

namespace brainmvp {
namespace {

std::atomic<int> g_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free); // for the handler

void remember(int number) {
  g_signal = number;
  std::signal(number, SIG_DFL);
}

} // namespace

void catch_interrupts() {
  std::signal(SIGINT, remember);
  std::signal(SIGTERM, remember);
}

bool interrupted() noexcept { return g_signal != 0; }

void set_interrupted(bool value) noexcept { g_signal = value ? SIGINT : 0; }

void stop_if_interrupted(const char* what) {
  if (interrupted()) {
    throw Error(
        ExitCode::kInterrupted,
        std::string(what) +
            " was interrupted; what is complete is kept, and the same command goes on (with --resume, where it has that)");
  }
}

} // namespace brainmvp
