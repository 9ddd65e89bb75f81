#include "base/error.h"
#include "command.h"

namespace brainmvp::app {

Command add_pretrain(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("pretrain", "STUB");
  add_common_options(*command, common, {});
  return {command, [] { throw Error(ExitCode::kInternal, "STUB pretrain"); }};
}

} // namespace brainmvp::app
