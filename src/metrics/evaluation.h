// Evaluation of a set of predicted label maps: a row a case and region, summaries over cases, comparison of two sets.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "metrics/cases.h"
#include "metrics/paired.h"
#include "metrics/regions.h"
#include "metrics/segmentation.h"

namespace brainmvp::metrics {

struct CaseRow {
  std::string case_name;
  std::string region;
  bool missing = false; // no prediction: the worst values
  SegmentationMetrics metrics;
};

// Every value but 0 that any file of the cases has, as a region each: for a table without regions.
std::vector<Region> find_regions(std::span<const CasePair> cases, std::size_t threads);

struct EvaluationOptions {
  SegmentationOptions metrics;
  std::size_t threads = 1;
};

// Rows in the order of cases, then of the table's regions; `done` is called after each case, from any thread. Throws
// Error(kBadInput) for a file that cannot be read, an undeclared value, and a prediction whose grid is not its reference's
// (other size, or corners 0.01 mm or more apart).
std::vector<CaseRow> evaluate_cases(
    std::span<const CasePair> cases, const RegionTable& table, const EvaluationOptions& options,
    const std::function<void()>& done = [] {});

struct SummaryRow {
  std::string region;
  std::string metric;
  Summary summary;
};
std::vector<SummaryRow> summarise_rows(std::span<const CaseRow> rows, const BootstrapOptions& options);

struct ComparisonRow {
  std::string region;
  std::string metric;
  PairedComparison comparison; // first - second
};

// Both sets need the same cases and regions in the same order; otherwise throws Error(kInternal).
std::vector<ComparisonRow> compare_rows(std::span<const CaseRow> first, std::span<const CaseRow> second,
                                        const BootstrapOptions& options);

} // namespace brainmvp::metrics
