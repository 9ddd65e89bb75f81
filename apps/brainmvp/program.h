// The command line of the program: its commands and their options.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "command.h"

namespace brainmvp::app {

class Program {
public:
  Program();

  // Runs what the words of the command line (without the program's name) say. Throws Error, kUsage where they cannot be read.
  void run(const std::vector<std::string>& words);

  // A command of another library, after those of this one.
  void add(const std::function<Command(CLI::App& program, CommonOptions& common)>& command) {
    commands_.push_back(command(app_, common_));
  }

  // Whether this build has a command of that name.
  [[nodiscard]] bool has_command(const std::string& name) const;

  [[nodiscard]] CLI::App& options() { return app_; }
  [[nodiscard]] const std::vector<Command>& commands() const { return commands_; }

private:
  void run_chosen() const;

  CLI::App app_;
  CommonOptions common_;
  std::vector<Command> commands_;
};

} // namespace brainmvp::app
