#include "metrics/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace brainmvp::metrics {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median(std::vector<double> values) { return quantile(values, 0.5); }

double quantile(std::span<double> values, double q) {
  const double rank = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(rank);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(low);
  std::nth_element(values.begin(), at, values.end());
  const double fraction = rank - static_cast<double>(low);
  if (fraction == 0) {
    return *at;
  }
  return *at + fraction * (*std::min_element(at + 1, values.end()) - *at);
}

std::vector<std::size_t> resample(std::size_t count, std::size_t number, std::uint64_t seed) {
  RandomStream stream({seed, text_key("bootstrap"), number});
  std::vector<std::size_t> cases(count);
  std::ranges::generate(cases, [&] { return stream.below(count); });
  return cases;
}

std::vector<Interval> bootstrap_intervals(std::size_t resamples,
                                          const std::function<std::vector<double>(std::size_t)>& statistics) {
  std::vector<std::vector<double>> drawn;
  for (std::size_t number = 0; number < resamples; ++number) {
    const std::vector<double> values = statistics(number);
    drawn.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      drawn[i].push_back(values[i]);
    }
  }
  std::vector<Interval> intervals;
  for (std::vector<double>& values : drawn) {
    intervals.push_back({.low = quantile(values, 0.025), .high = quantile(values, 0.975)});
  }
  return intervals;
}

Summary summarise(std::span<const double> values, const BootstrapOptions& options) {
  if (values.empty() || options.resamples == 0 || !std::ranges::all_of(values, [](double v) { return std::isfinite(v); })) {
    throw Error(ExitCode::kInternal, "a summary needs cases, resamples and finite values");
  }
  std::vector<double> drawn(values.size());
  const auto intervals = bootstrap_intervals(options.resamples, [&](std::size_t number) {
    std::ranges::transform(resample(values.size(), number, options.seed), drawn.begin(),
                           [&](std::size_t i) { return values[i]; });
    return std::vector<double>{mean(drawn), quantile(drawn, 0.5)};
  });
  Summary summary{.cases = values.size(),
                  .mean = mean(values),
                  .mean_interval = intervals[0],
                  .median = median({values.begin(), values.end()}),
                  .median_interval = intervals[1]};
  summary.mean_interval.known = values.size() > 1;
  summary.median_interval.known = values.size() > 1;
  return summary;
}

} // namespace brainmvp::metrics
