#include "base/error.h"
#include "command.h"

namespace brainmvp::app {

Command add_inspect(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("inspect", "STUB");
  add_common_options(*command, common, {});
  return {command, [] { throw Error(ExitCode::kInternal, "STUB inspect"); }};
}

} // namespace brainmvp::app
