#include "train/shipped_weights.h"

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "base/program_path.h"

namespace brainmvp::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExtension = ".safetensors";

fs::path folder_of_models() { return path_of_program().parent_path().parent_path() / "lib" / "brainmvp" / "models"; }

} // namespace

std::vector<std::string> shipped_weights() {
  std::vector<std::string> names;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_of_models(), none)) {
    if (entry.path().extension() == kExtension) {
      names.push_back(entry.path().stem().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

std::optional<fs::path> shipped_weights_named(const std::string& name) {
  const std::vector<std::string> names = shipped_weights();
  if (std::ranges::count(names, name) == 0) {
    return std::nullopt;
  }
  std::error_code error;
  if (fs::exists(name, error)) {
    throw Error(ExitCode::kUsage, name + ": the name of weights that come with the program, and of something in this folder; " +
                                      "write ./" + name + " for that, or rename it");
  }
  return folder_of_models() / (name + kExtension);
}

} // namespace brainmvp::train
