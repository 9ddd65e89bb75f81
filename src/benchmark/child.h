// A command of this program as a process of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace brainmvp::benchmark {

struct Command {
  std::filesystem::path program;
  std::vector<std::string> words;
  std::filesystem::path folder; // where it runs
  std::filesystem::path log;    // its output and messages are appended
};

// Waits for it; gives its exit code, 128 + signal when one ended it. An interrupt of this process is passed on once, so that it
// stops in order; `abandoned` kills it. It does not outlive the thread that called. Throws Error(kOutput) for the log,
// Error(kOutOfResources) when no process can be started.
int run_command(const Command& command, const std::function<bool()>& abandoned);

} // namespace brainmvp::benchmark
