#include "base/recent_rate.h"

namespace brainmvp {
namespace {

constexpr double kWindowSeconds = 60;
constexpr double kApartSeconds = 1;

} // namespace

void RecentRate::add(double seconds, std::size_t done) {
  const std::size_t size = counts_.size();
  if (size >= 3 && counts_.back().seconds - counts_[size - 2].seconds < kApartSeconds) {
    counts_.back() = {seconds, done};
  } else {
    counts_.push_back({seconds, done});
  }
  while (counts_.size() > 2 && seconds - counts_[1].seconds >= kWindowSeconds) {
    counts_.pop_front();
  }
}

double RecentRate::value() const {
  const double seconds = counts_.back().seconds - counts_.front().seconds;
  return seconds > 0 ? static_cast<double>(counts_.back().done - counts_.front().done) / seconds : 0;
}

} // namespace brainmvp
