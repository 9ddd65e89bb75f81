#include "metrics/paired.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/error.h"

namespace brainmvp::metrics {
namespace {

// Differences that are equal on paper, such as of thirds, differ by rounding; that must not decide about ranks.
constexpr double kRoundingShare = 1e-12;

double largest_size(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

struct Ranked {
  std::vector<std::size_t> doubled_ranks; // twice the mean rank, so that ties stay whole numbers
  std::vector<bool> positive;
  double tie_term = 0; // sum over groups of ties of t^3 - t
};

Ranked rank(std::span<const double> differences, double rounding) {
  std::vector<double> sorted;
  std::ranges::copy_if(differences, std::back_inserter(sorted), [&](double d) { return std::abs(d) > rounding; });
  std::ranges::sort(sorted, {}, [](double d) { return std::abs(d); });
  Ranked ranked;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    while (end < sorted.size() && std::abs(sorted[end]) - std::abs(sorted[begin]) <= rounding) {
      ++end;
    }
    for (std::size_t i = begin; i < end; ++i) {
      ranked.doubled_ranks.push_back(begin + 1 + end); // ranks begin + 1 .. end
      ranked.positive.push_back(sorted[i] > 0);
    }
    const auto ties = static_cast<double>(end - begin);
    ranked.tie_term += ties * ties * ties - ties;
    begin = end;
  }
  return ranked;
}

// Share of the 2^n sign patterns whose positive ranks sum to at most `doubled_sum`.
double exact_tail(const std::vector<std::size_t>& doubled_ranks, std::size_t doubled_sum) {
  std::vector<double> patterns{1}; // patterns[s]: sign patterns with the doubled sum s; whole numbers up to 2^25
  for (const std::size_t rank : doubled_ranks) {
    const std::size_t before = patterns.size();
    patterns.resize(before + rank, 0);
    for (std::size_t sum = before; sum-- > 0;) {
      patterns[sum + rank] += patterns[sum];
    }
  }
  double tail = 0;
  for (std::size_t sum = 0; sum <= doubled_sum && sum < patterns.size(); ++sum) {
    tail += patterns[sum];
  }
  return tail * std::pow(0.5, static_cast<double>(doubled_ranks.size()));
}

double normal_p(double smaller_sum, std::size_t used, double tie_term) {
  const auto n = static_cast<double>(used);
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - tie_term / 48;
  const double z = (smaller_sum - n * (n + 1) / 4) / std::sqrt(variance);
  return std::min(1.0, std::erfc(-z / std::numbers::sqrt2));
}

} // namespace

WilcoxonResult wilcoxon_signed_rank(std::span<const double> differences, double largest) {
  if (!std::ranges::all_of(differences, [](double d) { return std::isfinite(d); })) {
    throw Error(ExitCode::kInternal, "a difference of paired cases is not finite");
  }
  const Ranked ranked = rank(differences, kRoundingShare * std::max(largest, largest_size(differences)));
  std::size_t positive = 0;
  std::size_t negative = 0;
  for (std::size_t i = 0; i < ranked.positive.size(); ++i) {
    (ranked.positive[i] ? positive : negative) += ranked.doubled_ranks[i];
  }
  const std::size_t smaller = std::min(positive, negative);
  const std::size_t used = ranked.positive.size();
  WilcoxonResult result{.used = used,
                        .zeros = differences.size() - used,
                        .positive_ranks = static_cast<double>(positive) / 2,
                        .negative_ranks = static_cast<double>(negative) / 2,
                        .exact = used <= kWilcoxonExactCases};
  if (used > 0) {
    // The distribution is symmetric, so both tails are twice the lower one.
    result.p = result.exact ? std::min(1.0, 2 * exact_tail(ranked.doubled_ranks, smaller))
                            : normal_p(static_cast<double>(smaller) / 2, used, ranked.tie_term);
  }
  return result;
}

PairedComparison compare_paired(std::span<const double> first, std::span<const double> second, const BootstrapOptions& options) {
  if (first.size() != second.size()) {
    throw Error(ExitCode::kInternal,
                "a paired comparison of " + std::to_string(first.size()) + " and " + std::to_string(second.size()) + " values");
  }
  std::vector<double> differences(first.size());
  std::ranges::transform(first, second, differences.begin(), std::minus<>());
  return {.difference = summarise(differences, options),
          .wilcoxon = wilcoxon_signed_rank(differences, std::max(largest_size(first), largest_size(second)))};
}

} // namespace brainmvp::metrics
