// What a run's log.txt tells. Texts of the log itself name studies and folders, and are never passed on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brainmvp::report {

enum class Outcome { kUnknown, kRunning, kFinished, kStopped, kInterrupted, kFailed };

struct RunLog {
  Outcome outcome = Outcome::kUnknown; // kRunning is not decided here
  std::string started;                 // "2026-11-25 17:03:08", local time
  std::string ended;                   // of the last line
  std::string version;                 // of brainmvp; empty for a log without it
  std::optional<std::uint64_t> studies;
  std::optional<std::uint64_t> simulated; // of these studies
  std::optional<std::uint64_t> validation_studies;
  std::string network;
  std::string device;    // "cpu"
  std::string precision; // as resolved: "fp32"
  std::string threads;
  std::string channels; // "flair, t1"
  std::string targets;  // "regions WT, TC, ET"
  std::size_t resumed = 0;
  std::size_t warnings = 0;
};

RunLog parse_log(std::string_view text);

} // namespace brainmvp::report
