#include "train/find_checkpoint.h"

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "train/checkpoint_folder.h"

namespace brainmvp::train {
namespace fs = std::filesystem;

std::optional<FoundCheckpoint> newest_whole_checkpoint(const fs::path& folder) {
  std::vector<fs::path> files = numbered_checkpoints(folder);
  std::error_code ignored;
  if (files.empty() && !fs::exists(folder / kLastName, ignored)) {
    return std::nullopt;
  }
  files.push_back(folder / kLastName);
  std::vector<std::string> damaged;
  for (; !files.empty(); files.pop_back()) {
    try {
      return FoundCheckpoint{.file = files.back(), .value = checkpoint::read_pt(files.back()), .damaged = damaged};
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) {
        throw;
      }
      damaged.push_back(error.message());
    }
  }
  throw Error(ExitCode::kBadInput,
              "no checkpoint of this run is whole, so that it cannot go on; restore one of them from a copy, or "
              "start again with --force\n" +
                  join(damaged, "\n"));
}

} // namespace brainmvp::train
