// The program: one subcommand a file; errors become messages and the exit codes of base/error.h here and only here. It is built
// twice: loading libtorch takes 0.4 s, so `brainmvp` is without, and becomes `brainmvp-torch` for what needs it (with_torch.h).
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/text.h"
#include "base/waiting.h"
#include "command.h"
#include "with_torch.h"

namespace brainmvp::app {
namespace {

constexpr const char* kVersion =
    "brainmvp " BRAINMVP_VERSION " (libtorch " BRAINMVP_TORCH_VERSION ", ITK " BRAINMVP_ITK_VERSION ")";

// In the order of the help.
std::vector<Command> all_commands(CLI::App& program, CommonOptions& common) {
  std::vector<Command> commands;
  const auto add = [&](const auto&... command) { (commands.push_back(command(program, common)), ...); };
  add(add_simulate, add_index, add_register, add_prepare);
  if constexpr (kHasTorch) {
    add(add_pretrain);
    std::ranges::move(add_finetune(program, common), std::back_inserter(commands));
    add(add_predict);
  }
  add(add_evaluate, add_report);
  if constexpr (kHasTorch) {
    add(add_templates, add_convert);
  }
  add(add_inspect);
  if constexpr (kHasTorch) {
    add(add_bench);
  }
  return commands;
}

void run_command(const Command& command) {
  try {
    command.run();
  } catch (const std::exception& fault) {
    throw error_of(fault, command.less_memory);
  }
}

void run_chosen(const std::vector<Command>& commands, const CommonOptions& common) {
  for (const Command& command : commands) {
    if (command.app->parsed()) {
      apply_config(*command.app, common.config);
      log::set_level(common.quiet ? log::Level::kWarning : common.verbose ? log::Level::kDebug : log::Level::kInfo);
      run_command(command);
    }
  }
}

// CLI11's message, with the nearest command when the first word is none.
std::string usage_message(const CLI::App& program, const CLI::ParseError& error, const std::string& first_word) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  if (first_word.empty() || first_word.front() == '-' || std::ranges::count(names, first_word) > 0) {
    return std::string(error.what()) + "; see brainmvp " + (std::ranges::count(names, first_word) > 0 ? first_word + " " : "") +
           "--help";
  }
  const std::string nearest = nearest_name(first_word, names);
  return "there is no command " + first_word + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
         " See brainmvp --help";
}

int run(int argc, char** argv) {
  if constexpr (kHasTorch) {
    sleep_while_waiting(argv); // when brainmvp-torch was started directly
  }
  remember_arguments(argv);
  CLI::App program("Pre-trains, fine-tunes and runs 3D networks on multi-parametric brain MRI.", "brainmvp");
  program.set_version_flag("--version", kVersion);
  program.set_help_all_flag("--help-all", "Print the options of all commands");
  program.require_subcommand(1);
  CommonOptions common;
  const std::vector<Command> commands = all_commands(program, common);
  const std::string first_word = argc > 1 ? argv[1] : "";
  if (!kHasTorch && std::ranges::none_of(commands, [&](const Command& c) { return c.app->get_name() == first_word; })) {
    become_program_with_torch(); // also for what is no command, since it knows all of them
  }
  try {
    program.parse(argc, argv);
    run_chosen(commands, common);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return program.exit(error); // --help, --version
    }
    throw Error(ExitCode::kUsage, usage_message(program, error, first_word));
  }
  return 0;
}

// Says what went wrong, and gives the exit code.
int report(const std::exception& fault) {
  const Error error = error_of(fault);
  log::error(error.message());
  return static_cast<int>(error.code());
}

// For what is thrown where nothing may be: in a destructor, or in a thread of a library.
[[noreturn]] void report_and_exit() {
  int code = static_cast<int>(ExitCode::kInternal);
  try {
    if (const std::exception_ptr fault = std::current_exception()) {
      std::rethrow_exception(fault);
    }
    log::error("internal fault: the program was ended; please report it with the command and this message");
  } catch (const std::exception& fault) {
    code = report(fault);
  } catch (...) {
    log::error("internal fault: something that is no exception was thrown; please report it with the command");
  }
  std::_Exit(code);
}

} // namespace
} // namespace brainmvp::app

int main(int argc, char** argv) {
  std::set_terminate(brainmvp::app::report_and_exit);
  std::signal(SIGXFSZ, SIG_IGN); // a limit of file sizes then fails the write, which is reported
  try {
    return brainmvp::app::run(argc, argv);
  } catch (const std::exception& fault) {
    return brainmvp::app::report(fault);
  }
}
