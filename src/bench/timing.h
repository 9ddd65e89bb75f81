// Wall-clock times of calls.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace brainmvp::bench {

template <class Body>
double seconds_of(const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Median over `repetitions` calls (at least one).
template <class Body>
double median_seconds(std::size_t repetitions, const Body& body) {
  std::vector<double> seconds;
  do {
    seconds.push_back(seconds_of(body));
  } while (seconds.size() < repetitions);
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::ranges::nth_element(seconds, middle);
  return *middle;
}

} // namespace brainmvp::bench
