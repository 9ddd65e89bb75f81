// What `evaluate --regression` finds and writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/paired.h"
#include "metrics/regression_table.h"

namespace brainmvp::metrics {

// A metric of a target with its interval; of two sets: the difference first - second.
struct RegressionRow {
  std::string target;
  std::string metric;
  std::optional<double> value; // nothing: not defined, for `reason`
  Interval interval;
  std::string reason;
};

// Intervals are over resamples of the cases; where a metric is defined for all of them, resamples in which it is not are drawn
// again.
std::vector<RegressionRow> summarise_numbers(const RegressionTable& table, const BootstrapOptions& bootstrap);

struct RegressionComparison {
  std::vector<RegressionRow> differences;
  std::vector<WilcoxonResult> wilcoxon; // of the absolute errors, one a target
};

// Both sets need the same cases and targets.
RegressionComparison compare_numbers(const RegressionTable& first, const RegressionTable& second,
                                     const BootstrapOptions& bootstrap);

struct NumberPredictions {
  std::string source; // as given on the command line
  RegressionTable table;
  std::vector<RegressionRow> summary;
};

struct RegressionEvaluation {
  std::string reference;
  BootstrapOptions bootstrap;
  NumberPredictions predictions;
  std::optional<NumberPredictions> compared;
  RegressionComparison comparison; // with `compared` only
};

// {"conventions", "parameters", "targets", "cases": [{"case", "<target>_true", "<target>_predicted", ...}],
//  "summary": {TARGET: {METRIC: {"value", "interval": [low, high]}}}, "comparison": {...}}; a metric without a value has null for
// both, and "undefined" says why.
std::string regression_evaluation_json(const RegressionEvaluation& evaluation);

std::string number_cases_tsv(const RegressionTable& table);
std::string number_cases_csv(const RegressionEvaluation& evaluation);   // of both sets, with a last column `predictions`
std::string number_summary_tsv(const std::vector<RegressionRow>& rows); // "NA" where there is no value
std::string regression_evaluation_text(const RegressionEvaluation& evaluation);

} // namespace brainmvp::metrics
