#include "base/error.h"
#include "inspect.h"

namespace brainmvp::app {

bool inspects_store(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path / "store.json", ignored);
}

void inspect_store(const std::filesystem::path& path) {
  throw Error(ExitCode::kUsage, path.string() + ": this version of inspect does not describe stores");
}

} // namespace brainmvp::app
