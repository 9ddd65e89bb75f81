#include "base/error.h"
#include "inspect.h"

namespace brainmvp::app {

bool inspects_run(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path / "config.toml", ignored);
}

void inspect_run(const std::filesystem::path& path) {
  throw Error(ExitCode::kUsage, path.string() + ": this version of inspect does not describe runs");
}

} // namespace brainmvp::app
