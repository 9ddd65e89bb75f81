// What `evaluate` writes about segmentations: JSON, TSV and tables for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/evaluation.h"

namespace brainmvp::metrics {

// One set of predictions with its rows.
struct PredictionSet {
  std::string source; // as given on the command line
  std::vector<CaseRow> rows;
  std::vector<SummaryRow> summary;
};

// All that an evaluation found; `compared` is the second set, if any.
struct Evaluation {
  std::string reference; // as given on the command line
  std::vector<Region> regions;
  SegmentationOptions options;
  BootstrapOptions bootstrap;
  PredictionSet predictions;
  std::optional<PredictionSet> compared;
  std::vector<ComparisonRow> differences; // first - second; empty without a second set
};

// {"conventions": {...}, "parameters": {...}, "regions": [...], "cases": [{"case", "region", "dice", ...}],
//  "summary": {REGION: {METRIC: {"cases", "mean", "mean_interval": [low, high], "median", "median_interval"}}},
//  "comparison": {"predictions", "cases", "summary", "differences"}} with "comparison" for two sets only;
// intervals of one case are null.
std::string evaluation_json(const Evaluation& evaluation);

// A row a case and region.
std::string cases_tsv(const PredictionSet& set);

// The same of both sets, comma-separated, with a last column `predictions`: the source of the set.
std::string cases_csv(const Evaluation& evaluation);

// A row a region and metric. An interval that is not known is NA.
std::string summary_tsv(const PredictionSet& set);

// A row a region and metric: differences first - second.
std::string comparison_tsv(const std::vector<ComparisonRow>& differences);

// Tables of at most 100 columns: the cases when `with_cases`, the summary and the comparison. Medians and the other metrics are
// in the files only.
std::string evaluation_text(const Evaluation& evaluation, bool with_cases);

} // namespace brainmvp::metrics
