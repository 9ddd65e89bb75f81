#include "base/error.h"
#include "command.h"

namespace brainmvp::app {

Command add_prepare(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("prepare", "STUB");
  add_common_options(*command, common, {});
  return {command, [] { throw Error(ExitCode::kInternal, "STUB prepare"); }};
}

} // namespace brainmvp::app
