// What a report says at a glance.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/paired.h"
#include "report/comparisons.h"
#include "report/evaluations.h"
#include "report/run_record.h"

namespace brainmvp::report {

// A figure with what it is of and what is worth knowing beside it; plain texts.
struct Headline {
  std::string label;
  std::string value;
  std::string remark;
};

// Dice of each case, mean over its regions, in the order of the rows.
std::vector<std::pair<std::string, double>> dice_of_cases(const SegmentationResults& results);

// Rows of two sets that have the same cases and regions, paired; a row a region and metric: first - second. Empty when the
// two do not hold the same cases and regions.
struct Difference {
  std::string region;
  std::string metric;
  metrics::PairedComparison comparison;
};
std::vector<Difference> paired_differences(const SegmentationResults& first, const SegmentationResults& second,
                                           const std::vector<std::string>& metrics);

// "300 of 300 steps, finished"; also for runs that go on or were stopped.
std::string progress_of(const RunRecord& run);

// What is trained: "pre-training", "segmentation", ...
std::string kind_name(RunKind kind);

// The step of the best validation, with its value; nothing without validation.
struct BestStep {
  std::string metric;
  double step = 0;
  double value = 0;
};
std::optional<BestStep> best_step(const RunRecord& run);

// Mean of the last twentieth of the training loss, and of its first; nothing without steps.
struct LossChange {
  double first = 0;
  double last = 0;
};
std::optional<LossChange> loss_change(const RunRecord& run);

std::vector<Headline> headlines(const std::vector<RunRecord>& runs, const Evaluations& evaluations,
                                const std::vector<SetComparison>& comparisons);

} // namespace brainmvp::report
