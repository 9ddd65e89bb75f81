#include "metrics/regression_evaluation.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"

namespace brainmvp::metrics {
namespace {

std::vector<double> column_values(const RegressionMetrics& metrics) {
  std::vector<double> values;
  std::ranges::transform(regression_columns(), std::back_inserter(values),
                         [&](const RegressionColumn& column) { return metrics.*column.value; });
  return values;
}

RegressionCases drawn_cases(const RegressionCases& cases, const std::vector<std::size_t>& drawn) {
  RegressionCases sample;
  for (const std::size_t i : drawn) {
    sample.truth.push_back(cases.truth[i]);
    sample.predicted.push_back(cases.predicted[i]);
  }
  return sample;
}

// The statistics of one resample; drawn again until whatever `whole` defines is defined.
using Statistics = std::function<std::vector<double>(const std::vector<std::size_t>& drawn)>;
std::vector<double> of_resample(const Statistics& statistics, const std::vector<double>& whole, std::size_t cases,
                                std::size_t number, const BootstrapOptions& bootstrap) {
  for (std::size_t attempt = 0;; ++attempt) {
    std::vector<double> values = statistics(resample(cases, number + attempt * bootstrap.resamples, bootstrap.seed));
    bool complete = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      complete &= std::isfinite(values[i]) || !std::isfinite(whole[i]);
      values[i] = std::isfinite(whole[i]) ? values[i] : 0; // nothing is made of it
    }
    if (complete) {
      return values;
    }
  }
}

std::vector<RegressionRow> rows_with_intervals(const std::string& target, const Statistics& statistics, std::size_t cases,
                                               const std::string& reason, const BootstrapOptions& bootstrap) {
  std::vector<std::size_t> all(cases);
  for (std::size_t i = 0; i < cases; ++i) {
    all[i] = i;
  }
  const std::vector<double> whole = statistics(all);
  const std::vector<Interval> intervals = bootstrap_intervals(
      bootstrap.resamples, [&](std::size_t number) { return of_resample(statistics, whole, cases, number, bootstrap); });
  std::vector<RegressionRow> rows;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const bool defined = std::isfinite(whole[i]);
    rows.push_back({.target = target,
                    .metric = regression_columns()[i].name,
                    .value = defined ? std::optional(whole[i]) : std::nullopt,
                    .interval = defined ? intervals[i] : Interval{},
                    .reason = defined ? "" : reason});
    rows.back().interval.known = defined && cases > 1;
  }
  return rows;
}

} // namespace

std::vector<RegressionRow> summarise_numbers(const RegressionTable& table, const BootstrapOptions& bootstrap) {
  std::vector<RegressionRow> summary;
  for (std::size_t k = 0; k < table.targets.size(); ++k) {
    const RegressionCases& cases = table.cases[k];
    const Statistics statistics = [&](const std::vector<std::size_t>& drawn) {
      return column_values(regression_metrics(drawn_cases(cases, drawn)));
    };
    std::ranges::move(rows_with_intervals(table.targets[k], statistics, cases.truth.size(), undefined_reason(cases), bootstrap),
                      std::back_inserter(summary));
  }
  return summary;
}

RegressionComparison compare_numbers(const RegressionTable& first, const RegressionTable& second,
                                     const BootstrapOptions& bootstrap) {
  if (first.targets != second.targets || first.case_names != second.case_names) {
    throw Error(ExitCode::kInternal, "two sets of predicted numbers with other cases or targets cannot be compared");
  }
  RegressionComparison comparison;
  for (std::size_t k = 0; k < first.targets.size(); ++k) {
    const RegressionCases& a = first.cases[k];
    const RegressionCases& b = second.cases[k];
    const Statistics statistics = [&](const std::vector<std::size_t>& drawn) {
      std::vector<double> values = column_values(regression_metrics(drawn_cases(a, drawn)));
      const std::vector<double> others = column_values(regression_metrics(drawn_cases(b, drawn)));
      std::ranges::transform(values, others, values.begin(), std::minus<>());
      return values;
    };
    const std::string reason = undefined_reason(a).empty() ? undefined_reason(b) : undefined_reason(a);
    std::ranges::move(rows_with_intervals(first.targets[k], statistics, a.truth.size(), reason, bootstrap),
                      std::back_inserter(comparison.differences));
    std::vector<double> errors;
    double largest = 0;
    for (std::size_t i = 0; i < a.truth.size(); ++i) {
      errors.push_back(std::abs(a.predicted[i] - a.truth[i]) - std::abs(b.predicted[i] - b.truth[i]));
      largest = std::max({largest, std::abs(a.truth[i]), std::abs(a.predicted[i]), std::abs(b.predicted[i])});
    }
    comparison.wilcoxon.push_back(wilcoxon_signed_rank(errors, largest));
  }
  return comparison;
}

} // namespace brainmvp::metrics
