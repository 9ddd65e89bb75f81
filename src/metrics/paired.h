// Comparison of two sets of values of the same cases.
#pragma once

#include <cstddef>
#include <span>

#include "metrics/statistics.h"

namespace brainmvp::metrics {

// Wilcoxon signed-rank test, two-sided. Zero differences are dropped (Wilcoxon's rule, not Pratt's), ties get their mean
// rank; both up to rounding, 1e-12 of the largest value. Up to 25 non-zero differences the distribution is exact, ties included
// (all sign patterns of the given ranks); above, the normal approximation with the variance corrected for ties and no continuity
// correction.
struct WilcoxonResult {
  std::size_t used = 0; // non-zero differences
  std::size_t zeros = 0;
  double positive_ranks = 0; // sum of the ranks of positive differences
  double negative_ranks = 0;
  double p = 1; // 1 when all differences are zero
  bool exact = true;
};

inline constexpr std::size_t kWilcoxonExactCases = 25;

// `largest`: the largest absolute value of those that were compared. Throws Error(kInternal) for a difference that is not
// finite.
WilcoxonResult wilcoxon_signed_rank(std::span<const double> differences, double largest = 0);

struct PairedComparison {
  Summary difference; // of first - second over the cases
  WilcoxonResult wilcoxon;
};

// Throws Error(kInternal) when the two have different lengths.
PairedComparison compare_paired(std::span<const double> first, std::span<const double> second,
                                const BootstrapOptions& options = {});

} // namespace brainmvp::metrics
