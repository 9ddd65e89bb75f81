// TensorBoard event files: TFRecords of Event messages (tensorflow/core/util/event.proto), encoded by hand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "io/png.h"
#include "train/append_file.h"

namespace brainmvp::train {

class EventFile {
public:
  // Opens or creates; a new file gets the version record that TensorBoard looks for.
  explicit EventFile(const std::filesystem::path& path);

  void scalar(const std::string& tag, std::uint64_t step, double value);
  void picture(const std::string& tag, std::uint64_t step, const io::Picture& picture);
  void sync() { file_.sync(); }

private:
  AppendFile file_;
};

// Cuts the file before its first record of a step above `last_step`, or that is damaged or incomplete.
void cut_event_file(const std::filesystem::path& path, std::uint64_t last_step);

} // namespace brainmvp::train
