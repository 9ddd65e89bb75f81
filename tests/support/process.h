// A program that runs beside the test: tests can start several, signal them, and change the world under them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "support/support.h"

namespace brainmvp::test {

class Process {
public:
  // Starts a program in a process group of its own, without input. `before` runs in the child just before.
  explicit Process(std::vector<std::string> command, const std::function<void()>& before = {});
  ~Process(); // kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t id() const { return child_; }

  // Sends a signal to it and what it started, as a terminal does.
  void signal(int number) const;

  // Waits until `condition` holds; false when the program ended, or `limit` passed, before that.
  bool wait_until(const std::function<bool()>& condition, std::chrono::minutes limit = std::chrono::minutes(1));

  ProcessResult wait();

private:
  bool ended();

  TemporaryFolder folder_; // its output
  pid_t child_;
  int status_ = 0;
  bool ended_ = false;
};

// The brainmvp program of this build with these arguments.
std::vector<std::string> brainmvp_command(std::vector<std::string> arguments);

} // namespace brainmvp::test
