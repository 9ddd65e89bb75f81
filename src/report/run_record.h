// A run folder as `pretrain` and `finetune` write it, read without torch. Format: src/train/run_folder.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/config_file.h"
#include "report/events.h"
#include "report/run_log.h"

namespace brainmvp::report {

enum class RunKind { kPretrain, kSegment, kClassify, kRegress, kOther };

// A value of metrics.jsonl, one a line of it; NaN where a line has none.
struct Series {
  std::string name;
  std::vector<double> values;
};

struct RunRecord {
  std::string name; // the folder's, made unique among the runs of a report
  RunKind kind = RunKind::kOther;
  std::vector<io::ConfigEntry> config; // folders cut off its values
  RunLog log;
  std::vector<double> steps;
  std::vector<Series> series;
  std::vector<EventPicture> pictures;
  std::vector<EventNumber> numbers;
  std::vector<std::string> notes; // what could not be read, as sentences for readers of the report

  [[nodiscard]] const Series* find(std::string_view name) const;              // null when there is none
  [[nodiscard]] std::string setting(std::string_view key) const;              // of the configuration; "" when there is none
  [[nodiscard]] std::vector<EventPicture> tagged(std::string_view tag) const; // pictures, by step
};

// Reads what is there: a run that goes on, was interrupted or has no pictures yet is no error; damaged parts are left out
// and noted. Throws Error(kBadInput) for a folder that holds no run.
RunRecord read_run(const std::filesystem::path& folder);

std::vector<const RunRecord*> runs_of_kind(const std::vector<RunRecord>& runs, RunKind kind);

} // namespace brainmvp::report
