// The checkpoint that a resumed run goes on from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "checkpoint/checkpoint.h"
#include "train/session_options.h"

namespace brainmvp::train {

struct EarlierRun {
  std::filesystem::path file;
  checkpoint::Value value;

  // What the schedule was made for. It stays when a run goes on with another number of ranks.
  [[nodiscard]] std::uint64_t samples_per_step() const;
  [[nodiscard]] std::uint64_t total_steps() const;
};

// Nothing where the run is new, or has no checkpoint yet. Throws Error(kBadInput) for a damaged one.
std::optional<EarlierRun> find_earlier_run(const SessionOptions& options);

} // namespace brainmvp::train
