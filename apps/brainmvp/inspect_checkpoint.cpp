#include <string>

#include "base/error.h"
#include "base/text.h"
#include "inspect.h"

namespace brainmvp::app {

bool inspects_checkpoint(const std::filesystem::path& path) {
  const std::string extension = to_lower(path.extension().string());
  return extension == ".pt" || extension == ".pth" || extension == ".safetensors";
}

void inspect_checkpoint(const std::filesystem::path& path) {
  throw Error(ExitCode::kUsage, path.string() + ": this version of inspect does not describe checkpoints");
}

} // namespace brainmvp::app
