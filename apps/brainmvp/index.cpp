#include "base/error.h"
#include "command.h"

namespace brainmvp::app {

Command add_index(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("index", "STUB");
  add_common_options(*command, common, {});
  return {command, [] { throw Error(ExitCode::kInternal, "STUB index"); }};
}

} // namespace brainmvp::app
