// Metrics of predicted numbers.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "metrics/metric.h"

namespace brainmvp::metrics {

// n cases, in the same order and the same units.
struct RegressionCases {
  std::vector<double> truth;
  std::vector<double> predicted;
};

// Values without a meaning are not a number: r2 and pearson of fewer than kFewestCases cases or of a constant truth, and pearson
// of constant predictions.
struct RegressionMetrics {
  double mae = 0;
  double rmse = 0;
  double r2 = 0;      // 1 - sum (truth - predicted)^2 / sum (truth - mean truth)^2
  double pearson = 0; // r
};

inline constexpr std::size_t kFewestCases = 3;

// Throws Error(kBadInput) without a case, for two lengths, and for numbers that are not finite.
RegressionMetrics regression_metrics(const RegressionCases& cases);

// Why r2 and pearson, or pearson only, have no value; empty where they have.
std::string undefined_reason(const RegressionCases& cases);

struct RegressionColumn : Metric {
  double RegressionMetrics::*value;
};
std::span<const RegressionColumn> regression_columns();

} // namespace brainmvp::metrics
