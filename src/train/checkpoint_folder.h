// The checkpoints of a run: last.pt, best.pt, and step_<N>.pt of the newest few. Each appears whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "checkpoint/value.h"

namespace brainmvp::train {

class CheckpointFolder {
public:
  // `keep`: numbered checkpoints that stay, the newest ones.
  CheckpointFolder(std::filesystem::path folder, std::size_t keep);

  // Replaces last.pt; with `keep` above 0 it is kept under the number of its step too.
  void write_last(std::uint64_t step, const checkpoint::Value& value);
  void write_best(const checkpoint::Value& value);

  [[nodiscard]] std::filesystem::path last() const { return folder_ / "last.pt"; }
  [[nodiscard]] std::filesystem::path best() const { return folder_ / "best.pt"; }

private:
  void keep_numbered(std::uint64_t step);

  std::filesystem::path folder_;
  std::size_t keep_;
};

} // namespace brainmvp::train
