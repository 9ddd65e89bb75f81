#include "base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace brainmvp {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBarInterval = std::chrono::milliseconds(200);
constexpr auto kLineInterval = std::chrono::seconds(20);
constexpr std::size_t kBarWidth = 24;

} // namespace

Progress::Progress(std::string what, std::string unit, std::size_t total, bool enabled, std::size_t already_done)
    : what_(std::move(what)), unit_(std::move(unit)), total_(total), already_done_(already_done), done_(already_done),
      enabled_(enabled && log::shows(log::Level::kInfo)), terminal_(::isatty(STDERR_FILENO) == 1), start_(Clock::now()),
      shown_(start_) {}

Progress::~Progress() {
  if (enabled_ && done_ > already_done_) {
    show(true);
  }
}

void Progress::advance(const std::string& note) {
  const std::lock_guard lock(mutex_);
  ++done_;
  note_ = note;
  const auto now = Clock::now();
  if (enabled_ && done_ < total_ &&
      now - shown_ >= (terminal_ ? Clock::duration(kBarInterval) : Clock::duration(kLineInterval))) {
    shown_ = now;
    show(false);
  }
}

void Progress::show(bool last) {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = static_cast<double>(done_ - already_done_) / std::max(elapsed, 1e-9);
  std::array<char, 64> rate_text{};
  std::snprintf(rate_text.data(), rate_text.size(), rate >= 1 ? "%.1f %s/s" : "%.3f %s/s", rate, unit_.c_str());
  std::string line =
      what_ + " " + std::to_string(done_) + "/" + std::to_string(total_) + " " + unit_ + ", " + rate_text.data() +
      (last ? ", took " + human_seconds(elapsed) : ", " + human_seconds(static_cast<double>(total_ - done_) / rate) + " left");
  if (!note_.empty()) {
    line += ", " + note_;
  }
  if (terminal_) {
    const std::size_t filled = total_ == 0 ? kBarWidth : kBarWidth * done_ / total_;
    const std::string bar = "[" + std::string(filled, '=') + std::string(kBarWidth - filled, ' ') + "] ";
    std::fprintf(stderr, "\r\x1b[K%s%s%s", bar.c_str(), line.c_str(), last ? "\n" : "");
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

} // namespace brainmvp
