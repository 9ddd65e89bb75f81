#include "metrics/regression.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "metrics/statistics.h"

namespace brainmvp::metrics {
namespace {

bool constant(std::span<const double> values) {
  return std::ranges::all_of(values, [&](double value) { return value == values.front(); });
}

void check_numbers(const RegressionCases& cases) {
  if (cases.truth.empty() || cases.truth.size() != cases.predicted.size()) {
    throw Error(ExitCode::kBadInput,
                std::to_string(cases.predicted.size()) + " predictions for " + std::to_string(cases.truth.size()) + " numbers");
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(cases.truth, finite) || !std::ranges::all_of(cases.predicted, finite)) {
    throw Error(ExitCode::kBadInput, "a number to evaluate is not finite");
  }
}

std::vector<double> centred(const std::vector<double>& values) {
  const double middle = mean(values);
  std::vector<double> differences;
  std::ranges::transform(values, std::back_inserter(differences), [&](double value) { return value - middle; });
  return differences;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

} // namespace

RegressionMetrics regression_metrics(const RegressionCases& cases) {
  check_numbers(cases);
  const auto count = static_cast<double>(cases.truth.size());
  double absolute = 0;
  double square = 0;
  for (std::size_t i = 0; i < cases.truth.size(); ++i) {
    const double error = cases.predicted[i] - cases.truth[i];
    absolute += std::abs(error);
    square += error * error;
  }
  RegressionMetrics metrics{.mae = absolute / count, .rmse = std::sqrt(square / count), .r2 = NAN, .pearson = NAN};
  if (cases.truth.size() < kFewestCases || constant(cases.truth)) {
    return metrics;
  }
  const std::vector<double> truth = centred(cases.truth);
  metrics.r2 = 1 - square / product(truth, truth);
  if (!constant(cases.predicted)) {
    const std::vector<double> predicted = centred(cases.predicted);
    const double r = product(truth, predicted) / std::sqrt(product(truth, truth) * product(predicted, predicted));
    metrics.pearson = std::clamp(r, -1.0, 1.0);
  }
  return metrics;
}

std::string undefined_reason(const RegressionCases& cases) {
  return cases.truth.size() < kFewestCases ? "fewer than " + std::to_string(kFewestCases) + " cases"
         : constant(cases.truth)           ? "the truth is the same number in every case"
         : constant(cases.predicted)       ? "the prediction is the same number in every case"
                                           : "";
}

std::span<const RegressionColumn> regression_columns() {
  using M = RegressionMetrics;
  static constexpr std::array<RegressionColumn, 4> kColumns{{
      {{"mae", "MAE", Better::kLower, "mean of |prediction - truth|, in the units of the table"}, &M::mae},
      {{"rmse", "RMSE", Better::kLower, "square root of the mean of (prediction - truth)^2, in the units of the table"},
       &M::rmse},
      {{"r2", "R\xc2\xb2", Better::kHigher,
        "1 - sum of (prediction - truth)^2 over sum of (truth - mean truth)^2; below 0 the mean of the truth is a better guess"},
       &M::r2},
      {{"pearson_r", "Pearson r", Better::kHigher,
        "correlation of prediction and truth, which an offset or a factor leaves as it is"},
       &M::pearson},
  }};
  return kColumns;
}

} // namespace brainmvp::metrics
