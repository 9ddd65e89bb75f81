// How fast counted work goes at present.
#pragma once

#include <cstddef>
#include <deque>

namespace brainmvp {

// The rate over the last minute: since the newest count that is a minute old, or since the start.
class RecentRate {
public:
  explicit RecentRate(std::size_t done) : counts_{{0, done}} {}

  // `seconds` since the start, not below those of an earlier call.
  void add(double seconds, std::size_t done);

  // A second; 0 before any time has passed.
  [[nodiscard]] double value() const;

private:
  struct Count {
    double seconds;
    std::size_t done;
  };
  std::deque<Count> counts_; // the first a minute old at least, or the start; a second or more apart, except the last
};

} // namespace brainmvp
