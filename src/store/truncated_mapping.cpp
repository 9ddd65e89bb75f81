#include "store/truncated_mapping.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/error.h"

namespace brainmvp::store {
namespace {

// Everything below runs in a signal handler: no memory is allocated, and only functions that POSIX allows there are called.

constexpr std::size_t kLineBytes = 8192; // a path of 4096 and what stands before it

void print(std::string_view text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

// The file of "7f00a000-7f00b000 r--s 00000000 fe:00 1234   /store/anna/t1.nii" when it is mapped for shared reading around
// `address`, otherwise nothing.
std::string_view file_at(std::string_view line, std::uintptr_t address) {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  const char* last = line.data() + line.size();
  const auto first = std::from_chars(line.data(), last, begin, 16);
  if (first.ptr == last || *first.ptr != '-') {
    return {};
  }
  const auto second = std::from_chars(first.ptr + 1, last, end, 16);
  const std::string_view rest = line.substr(static_cast<std::size_t>(second.ptr - line.data()));
  const std::size_t path = rest.find('/');
  return address >= begin && address < end && rest.starts_with(" r--s ") && path != std::string_view::npos ? rest.substr(path)
                                                                                                           : std::string_view{};
}

// Prints what was lost; false when `address` lies in no file of ours.
bool name_file_at(std::uintptr_t address) {
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  std::array<char, kLineBytes> buffer;
  std::size_t filled = 0;
  while (maps >= 0) {
    const ssize_t count = ::read(maps, buffer.data() + filled, buffer.size() - filled);
    if (count <= 0) {
      break;
    }
    filled += static_cast<std::size_t>(count);
    std::string_view text(buffer.data(), filled);
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      if (const std::string_view file = file_at(text.substr(0, end), address); !file.empty()) {
        print("error: ");
        print(file);
        print(": cannot be read any more: it was cut, or its disk is gone, while this program was using it; run `brainmvp "
              "prepare` again, which redoes damaged studies, and go on with --resume\n");
        return true;
      }
      text.remove_prefix(end + 1);
    }
    filled = text.size();
    std::memmove(buffer.data(), text.data(), filled);
  }
  return false;
}

void on_bus_error(int number, siginfo_t* information, void*) {
  static std::atomic_flag entered = ATOMIC_FLAG_INIT;
  while (entered.test_and_set()) { // another thread is at it
    ::pause();
  }
  const bool from_memory = information->si_code > 0; // and not from kill(2)
  if (from_memory && name_file_at(reinterpret_cast<std::uintptr_t>(information->si_addr))) {
    ::_exit(static_cast<int>(ExitCode::kBadInput));
  }
  std::signal(number, SIG_DFL);
  std::raise(number); // comes when this handler returns
}

bool install() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  return ::sigaction(SIGBUS, &action, nullptr) == 0;
}

} // namespace

void name_truncated_mappings() {
  static const bool installed = install();
  (void)installed;
}

} // namespace brainmvp::store
