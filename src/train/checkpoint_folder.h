// The checkpoints of a run: last.pt, best.pt, and step_<N>.pt of the newest few. Each appears whole or not at all, written in a
// thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "checkpoint/value.h"
#include "train/checkpoint_writer.h"

namespace brainmvp::train {

inline constexpr const char* kLastName = "last.pt";
inline constexpr const char* kBestName = "best.pt";

// The numbered checkpoints of a folder, oldest first.
std::vector<std::filesystem::path> numbered_checkpoints(const std::filesystem::path& folder);

class CheckpointFolder {
public:
  // `keep`: numbered checkpoints that stay, the newest ones. Removes what killed processes left half written, so that only one
  // process may have the folder.
  CheckpointFolder(std::filesystem::path folder, std::size_t keep);

  // Starts to replace last.pt; with `keep` above 0 it is kept under the number of its step too. `value` shares no tensor that
  // changes. Throws what an earlier write threw: Error(kOutput or kOutOfResources).
  void write_last(std::uint64_t step, checkpoint::Value value);
  void write_best(checkpoint::Value value);

  // Makes last.pt the same as `whole`, at once: for a last.pt that is damaged.
  void restore_last(const std::filesystem::path& whole) const;

  // Waits until all is on the disk; throws as write_last.
  void wait() { writer_.wait(); }

  [[nodiscard]] std::filesystem::path last() const { return folder_ / kLastName; }
  [[nodiscard]] std::filesystem::path best() const { return folder_ / kBestName; }

private:
  void keep_numbered(std::uint64_t step) const;

  std::filesystem::path folder_;
  std::size_t keep_;
  CheckpointWriter writer_; // last: its thread uses the others
};

} // namespace brainmvp::train
