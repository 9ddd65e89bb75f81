// What a terminal of 40 columns gets.
#include "base/terminal.h"

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "base/log.h"
#include "support/support.h"

namespace brainmvp {
namespace {

// The output of `work` in a process of its own whose streams are a terminal.
std::string shown(const std::function<void()>& work) {
  const winsize size{.ws_row = 10, .ws_col = 40, .ws_xpixel = 0, .ws_ypixel = 0};
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    work();
    ::_exit(0);
  }
  std::string text;
  std::array<char, 256> part{};
  for (ssize_t read = 0; (read = ::read(terminal, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(read));
  }
  ::waitpid(child, nullptr, 0);
  ::close(terminal);
  return text;
}

TEST(Terminal, DrawsALineThatNeverWrapsAndKeepsItBelowMessages) {
  const std::string text = shown([] {
    terminal::draw_line(std::string(30, 'a') + "\xC3\xA9" + std::string(30, 'b'));
    terminal::write("a message\n");
    terminal::clear_line();
    terminal::write("the end\n");
  });
  const std::string line = std::string(30, 'a') + "\xC3\xA9" + std::string(8, 'b'); // 39 columns
  EXPECT_EQ(text, "\r\x1b[K" + line + "\r\x1b[Ka message\r\n" + line + "\r\x1b[K" + "the end\r\n");
}

TEST(Terminal, ColoursWarningsUnlessNoColorIsSet) {
  const auto warn = [](const char* no_color, const char* kind) {
    return shown([=] {
      ::setenv("TERM", kind, 1);
      no_color == nullptr ? ::unsetenv("NO_COLOR") : ::setenv("NO_COLOR", no_color, 1);
      log::warning("look");
      log::info("warning words stay plain elsewhere: warning: x");
    });
  };
  EXPECT_TRUE(warn(nullptr, "xterm").starts_with("\x1b[33mwarning:\x1b[0m look\r\nwarning words")) << warn(nullptr, "xterm");
  EXPECT_TRUE(warn("1", "xterm").starts_with("warning: look\r\n"));
  EXPECT_TRUE(warn(nullptr, "dumb").starts_with("warning: look\r\n"));
}

} // namespace
} // namespace brainmvp
