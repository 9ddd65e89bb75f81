#include "base/error.h"
#include "command.h"

namespace brainmvp::app {

Command add_templates(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("templates", "STUB");
  add_common_options(*command, common, {});
  return {command, [] { throw Error(ExitCode::kInternal, "STUB templates"); }};
}

} // namespace brainmvp::app
