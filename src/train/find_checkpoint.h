// Where a run goes on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/value.h"

namespace brainmvp::train {

struct FoundCheckpoint {
  std::filesystem::path file;
  checkpoint::Value value;
  std::vector<std::string> damaged; // newer ones, each with its name and what is wrong with it
};

// The newest checkpoint of `folder` that is whole: last.pt, otherwise the first of the numbered ones from the newest down that
// is; all of it is read and compared with its checksums. Nothing where there is none at all. Throws Error(kBadInput) that names
// each when all are damaged.
std::optional<FoundCheckpoint> newest_whole_checkpoint(const std::filesystem::path& folder);

} // namespace brainmvp::train
