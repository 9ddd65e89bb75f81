// The program: one subcommand a file; errors become messages and the exit codes of base/error.h here and only here.
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "command.h"

namespace brainmvp::app {
namespace {

constexpr const char* kVersion =
    "brainmvp " BRAINMVP_VERSION " (libtorch " BRAINMVP_TORCH_VERSION ", ITK " BRAINMVP_ITK_VERSION ")";

void run_chosen(const std::vector<Command>& commands, const CommonOptions& common) {
  for (const Command& command : commands) {
    if (command.app->parsed()) {
      apply_config(*command.app, common.config);
      log::set_level(common.quiet ? log::Level::kWarning : common.verbose ? log::Level::kDebug : log::Level::kInfo);
      command.run();
    }
  }
}

int run(int argc, char** argv) {
  CLI::App program("Pre-trains, fine-tunes and runs 3D networks on multi-parametric brain MRI.", "brainmvp");
  program.set_version_flag("--version", kVersion);
  program.require_subcommand(1);
  CommonOptions common;
  const std::vector<Command> commands{add_index(program, common),     add_prepare(program, common), add_pretrain(program, common),
                                      add_templates(program, common), add_convert(program, common), add_inspect(program, common)};
  try {
    program.parse(argc, argv);
    run_chosen(commands, common);
  } catch (const CLI::ParseError& error) {
    const int code = program.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return 0;
}

} // namespace
} // namespace brainmvp::app

int main(int argc, char** argv) {
  using brainmvp::ExitCode;
  try {
    return brainmvp::app::run(argc, argv);
  } catch (const brainmvp::Error& error) {
    brainmvp::log::error(error.message());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    brainmvp::log::error("out of memory; use fewer threads, a smaller batch or a smaller crop");
    return static_cast<int>(ExitCode::kOutOfResources);
  } catch (const std::exception& error) {
    brainmvp::log::error(std::string("internal fault: ") + error.what() + "; please report it with the command and this message");
    return static_cast<int>(ExitCode::kInternal);
  }
}
