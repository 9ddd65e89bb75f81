// The folder that a training writes: config.toml, log.txt, metrics.jsonl, TensorBoard events and checkpoints/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "train/append_file.h"
#include "train/event_file.h"

namespace brainmvp::train {

inline constexpr const char* kConfigName = "config.toml";
inline constexpr const char* kMetricsName = "metrics.jsonl";
inline constexpr const char* kLogName = "log.txt";

// What a step is remembered by. `timings` differ between two runs of the same configuration; all else does not.
struct StepRecord {
  std::uint64_t step = 0; // optimizer steps done, this one included
  std::uint64_t epoch = 0;
  std::vector<std::pair<std::string, double>> values;  // in the order of the file
  std::vector<std::pair<std::string, double>> timings; // names say so: "seconds", "data_wait_seconds"
};

// `record` as a line of metrics.jsonl, without the newline: {"step", "epoch", values..., timings...}.
std::string metrics_line(const StepRecord& record);

// Whether `folder` is there and holds a run.
bool holds_run(const std::filesystem::path& folder);

// Throws Error(kOutput) unless a new run may be written to `folder`: it is absent or empty, or holds a run and `force` is
// given. A folder with anything else is never replaced.
void refuse_existing_run(const std::filesystem::path& folder, bool force);

class RunFolder {
public:
  // Makes a new run: the folder, without an earlier run's files, and config.toml. Call refuse_existing_run() before.
  static RunFolder create(const std::filesystem::path& folder, const std::string& config);

  // Goes on with a run, without what it recorded after `last_step`.
  static RunFolder reopen(const std::filesystem::path& folder, std::uint64_t last_step);

  ~RunFolder();
  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) = delete;

  // Adds a line to metrics.jsonl and its values to the event file, each under the tag "train/<name>".
  void record(const StepRecord& record);
  void picture(const std::string& tag, std::uint64_t step, const io::Picture& picture);
  void number(const std::string& tag, std::uint64_t step, double value); // of a picture; in the event file only

  // Makes sure that what was recorded is on the disk.
  void sync();

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

private:
  RunFolder(std::filesystem::path folder, int lock);

  std::filesystem::path folder_;
  int lock_; // of the folder, so that two processes cannot write the same run
  std::optional<AppendFile> metrics_;
  std::optional<EventFile> events_;
};

} // namespace brainmvp::train
