#include "base/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "base/text.h"

namespace brainmvp::terminal {
namespace {

constexpr const char* kEraseLine = "\r\x1b[K";

std::mutex& line_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::string& last_line() {
  static std::string line;
  return line;
}

void show(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

} // namespace

bool is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::size_t columns() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

bool has_colours() {
  const char* none = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  return is_terminal() && (none == nullptr || *none == '\0') && kind != nullptr && std::string(kind) != "dumb";
}

std::string coloured(const std::string& text, Colour colour) {
  return has_colours() ? "\x1b[" + std::to_string(static_cast<int>(colour)) + "m" + text + "\x1b[0m" : text;
}

void draw_line(const std::string& text) {
  const std::lock_guard lock(line_mutex());
  last_line() = text.substr(0, character_start(text, columns() - 1)); // a full last column would wrap
  show(kEraseLine + last_line());
}

void clear_line() {
  const std::lock_guard lock(line_mutex());
  if (!last_line().empty()) {
    last_line().clear();
    show(kEraseLine);
  }
}

void write(const std::string& text) {
  const std::lock_guard lock(line_mutex());
  show(last_line().empty() ? text : kEraseLine + text + last_line());
}

} // namespace brainmvp::terminal
