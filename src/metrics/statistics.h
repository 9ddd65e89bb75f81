// Means, quantiles and their bootstrap intervals over cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace brainmvp::metrics {

// All three need at least one value.
double mean(std::span<const double> values);
double median(std::vector<double> values);

// Quantile q in [0, 1], linear between ranks (numpy's default method); reorders `values`.
double quantile(std::span<double> values, double q);

struct Interval {
  double low = 0;
  double high = 0;
  bool known = true; // one case only has none: both ends are its value
};

struct BootstrapOptions {
  std::size_t resamples = 2000;
  std::uint64_t seed = 0;
};

// Which cases the resample of this number holds: `count` draws with replacement from 0 .. count - 1. The same for every
// metric of the same number of cases, so that differences stay paired.
std::vector<std::size_t> resample(std::size_t count, std::size_t number, std::uint64_t seed);

// 95% percentile interval of several statistics at once: `statistics(number)` returns their values for one resample, the
// same count each time.
std::vector<Interval> bootstrap_intervals(std::size_t resamples,
                                          const std::function<std::vector<double>(std::size_t)>& statistics);

struct Summary {
  std::size_t cases = 0;
  double mean = 0;
  Interval mean_interval;
  double median = 0;
  Interval median_interval;
};

// Throws Error(kInternal) for no values, and for one that is not finite: it must not drop out of a mean.
Summary summarise(std::span<const double> values, const BootstrapOptions& options = {});

} // namespace brainmvp::metrics
