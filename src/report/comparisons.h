// The first set of predictions beside each other one, and what may be said of it.
#pragma once

#include <string>
#include <vector>

#include "metrics/paired.h"
#include "report/evaluations.h"

namespace brainmvp::report {

enum class Verdict { kTooFewCases, kNotShown, kFirst, kSecond };

struct SetComparison { // of Dice, mean over the regions of a case
  std::string first;
  std::string second;
  metrics::PairedComparison paired; // first - second
  double p = 1;                     // of Wilcoxon's test, corrected by Holm over all comparisons of the report
  Verdict verdict = Verdict::kNotShown;
};

// Of the sets that have the cases and regions of the first one.
std::vector<SetComparison> compare_sets(const std::vector<SegmentationResults>& sets);

// A better one is only said of 6 cases and more, where the 95% interval leaves 0 out and the corrected p is below 0.05.
Verdict verdict_of(const metrics::PairedComparison& paired, double corrected_p, bool higher_is_better = true);

std::string verdict_text(const SetComparison& comparison); // "pretrained is better", "no difference shown"

} // namespace brainmvp::report
