// Pictures, and numbers beside them, out of TensorBoard event files: TFRecords of Event messages
// (tensorflow/core/util/event.proto).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::report {

struct EventPicture {
  std::string tag;
  std::uint64_t step = 0;
  std::uint64_t width = 0; // pixels
  std::uint64_t height = 0;
  std::string png; // the file's bytes
};

struct EventNumber {
  std::string tag;
  std::uint64_t step = 0;
  double value = 0; // finite
};

struct EventLog {
  std::vector<EventPicture> pictures; // in the order of the file
  std::vector<EventNumber> numbers;   // without those that metrics.jsonl has ("train/...", "timings/...")
  std::string damage;                 // empty when the file is whole; otherwise a sentence without the file's name
};

// Reads up to the first record that is cut or damaged; what follows it cannot be trusted. Checks every length and both
// checksums of a record. Throws Error(kBadInput) when the file cannot be opened.
EventLog read_events(const std::filesystem::path& path);

} // namespace brainmvp::report
