// Where a run goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/value.h"
#include "train/session_options.h"

namespace brainmvp::train {

struct FoundCheckpoint {
  std::filesystem::path file;
  checkpoint::Value value;
  std::vector<std::string> damaged; // newer ones, each with its name and what is wrong with it

  // What the schedule was made for. It stays when a run goes on with another number of ranks.
  [[nodiscard]] std::uint64_t samples_per_step() const;
  [[nodiscard]] std::uint64_t total_steps() const;
};

// The newest checkpoint of `folder` that is whole: last.pt, otherwise the first of the numbered ones from the newest down that
// is; all of it is read and compared with its checksums. Nothing where there is none at all. Throws Error(kBadInput) that names
// each when all are damaged.
std::optional<FoundCheckpoint> newest_whole_checkpoint(const std::filesystem::path& folder);

// The same for a run that is resumed; nothing for a new one.
std::optional<FoundCheckpoint> find_earlier_run(const SessionOptions& options);

// What --init names: the checkpoint of a run folder (checkpoints/last.pt, else best.pt), the file itself, which may be the
// index of several, or weights that come with the program (shipped_weights.h). Throws Error(kBadInput).
std::filesystem::path checkpoint_of(const std::filesystem::path& run_or_file);

} // namespace brainmvp::train
