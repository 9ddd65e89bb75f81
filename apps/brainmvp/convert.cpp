#include "base/error.h"
#include "command.h"

namespace brainmvp::app {

Command add_convert(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("convert", "STUB");
  add_common_options(*command, common, {});
  return {command, [] { throw Error(ExitCode::kInternal, "STUB convert"); }};
}

} // namespace brainmvp::app
