#include "base/progress.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"

namespace brainmvp {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kDrawInterval = std::chrono::milliseconds(500);
constexpr auto kLineInterval = std::chrono::seconds(30);
constexpr std::size_t kLongestBar = 24;
constexpr std::size_t kShortestBar = 6;

double seconds_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

// "[====    ] ", as far as the line has space beside its words.
std::string bar_beside(std::size_t words, double share) {
  constexpr std::size_t kFrame = 4; // "[", "] ", and the column that stays empty
  const std::size_t columns = terminal::columns();
  if (words + kFrame + kShortestBar > columns) {
    return "";
  }
  const std::size_t width = std::min(kLongestBar, columns - words - kFrame);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  return "[" + std::string(filled, '=') + std::string(width - filled, ' ') + "] ";
}

} // namespace

Progress::Progress(std::string what, std::string unit, std::size_t total, bool enabled, std::size_t already_done)
    : what_(std::move(what)), unit_(std::move(unit)), total_(total), already_done_(already_done), done_(already_done),
      enabled_(enabled && log::shows(log::Level::kInfo)), terminal_(terminal::is_terminal()), recent_(already_done),
      start_(Clock::now()), shown_(start_) {}

Progress::~Progress() {
  if (enabled_ && terminal_) {
    terminal::clear_line();
  }
  if (enabled_ && done_ > already_done_) {
    terminal::write(text(true) + "\n");
  }
}

void Progress::advance(const std::string& note) {
  const std::lock_guard lock(mutex_);
  ++done_;
  note_ = note;
  const auto now = Clock::now();
  recent_.add(seconds_between(start_, now), done_);
  const Clock::duration interval = terminal_ ? Clock::duration(kDrawInterval) : Clock::duration(kLineInterval);
  if (!enabled_ || done_ >= total_ || now - shown_ < interval) {
    return;
  }
  shown_ = now;
  const std::string words = text(false);
  if (terminal_) {
    terminal::draw_line(bar_beside(words.size(), static_cast<double>(done_) / static_cast<double>(total_)) + words);
  } else {
    terminal::write(words + "\n");
  }
}

std::string Progress::text(bool last) const {
  const double elapsed = seconds_between(start_, Clock::now());
  const double rate = last ? static_cast<double>(done_ - already_done_) / std::max(elapsed, 1e-9) : recent_.value();
  std::array<char, 64> rate_text{};
  std::snprintf(rate_text.data(), rate_text.size(), rate >= 1 ? "%.1f %s/s" : "%.3f %s/s", rate, unit_.c_str());
  const double left = static_cast<double>(total_ - std::min(total_, done_)) / std::max(rate, 1e-9);
  return what_ + " " + std::to_string(done_) + "/" + std::to_string(total_) + " " + unit_ + ", " + rate_text.data() +
         (last ? ", took " + human_seconds(elapsed) : ", " + human_seconds(left) + " left") + (note_.empty() ? "" : ", " + note_);
}

} // namespace brainmvp
