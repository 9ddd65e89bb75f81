// Progress on stderr: on a terminal one line with rate and time left that is drawn again at most twice a second and never wraps;
// otherwise a line every half minute. The rate is that of the last minute, at the end that of all.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

#include "base/recent_rate.h"

namespace brainmvp {

// Safe to advance from several threads. Shows nothing when log::set_level hides information, or `enabled` is false.
class Progress {
public:
  // `what` names the work ("preparing"), `unit` what is counted ("studies").
  Progress(std::string what, std::string unit, std::size_t total, bool enabled = true, std::size_t already_done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Counts one more; `note` stands at the end of the line (for example the loss).
  void advance(const std::string& note = {});

private:
  [[nodiscard]] std::string text(bool last) const;

  std::string what_;
  std::string unit_;
  std::size_t total_;
  std::size_t already_done_;
  std::size_t done_;
  bool enabled_;
  bool terminal_;
  std::string note_;
  RecentRate recent_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point shown_;
};

} // namespace brainmvp
