// What `evaluate --classification` finds and writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/class_table.h"
#include "metrics/paired.h"

namespace brainmvp::metrics {

// A metric with its interval; of two sets: the difference first - second.
struct ClassificationRow {
  std::string metric;
  double value = 0;
  Interval interval;
};

std::vector<ClassificationRow> summarise_classes(const ClassificationCases& cases, const ClassificationOptions& options,
                                                 const BootstrapOptions& bootstrap);

struct ClassificationComparison {
  std::vector<ClassificationRow> differences;
  WilcoxonResult wilcoxon; // of the probabilities given to the true class
};

// Both sets need the same labels.
ClassificationComparison compare_classes(const ClassificationCases& first, const ClassificationCases& second,
                                         const ClassificationOptions& options, const BootstrapOptions& bootstrap);

struct ClassPredictions {
  std::string source; // as given on the command line
  ClassTable table;
  std::vector<ClassificationRow> summary;
};

struct ClassEvaluation {
  std::string reference;
  ClassificationOptions options;
  BootstrapOptions bootstrap;
  ClassPredictions predictions;
  std::optional<ClassPredictions> compared;
  ClassificationComparison comparison; // with `compared` only
};

// {"conventions", "parameters", "classes", "cases": [{"case", "class", "predicted", "prob_<class>", ...}],
//  "summary": {METRIC: {"value", "interval": [low, high]}}, "confusion": [reference][prediction], "comparison": {...}}
std::string class_evaluation_json(const ClassEvaluation& evaluation);

std::string class_cases_tsv(const ClassTable& table);
std::string class_cases_csv(const ClassEvaluation& evaluation); // of both sets, with a last column `predictions`
std::string class_summary_tsv(const std::vector<ClassificationRow>& rows);
std::string class_evaluation_text(const ClassEvaluation& evaluation);

} // namespace brainmvp::metrics
