#include "report/comparisons.h"

#include <algorithm>
#include <map>

#include "metrics/holm.h"
#include "report/summary.h"

namespace brainmvp::report {
namespace {

constexpr std::size_t kFewCases = 6; // with fewer, no difference can reach p < 0.05 in the signed-rank test
constexpr double kLevel = 0.05;

metrics::PairedComparison paired_dice(const SegmentationResults& first, const SegmentationResults& second) {
  const auto of_second = dice_of_cases(second);
  const std::map<std::string, double> others(of_second.begin(), of_second.end());
  std::vector<double> a;
  std::vector<double> b;
  for (const auto& [name, dice] : dice_of_cases(first)) {
    a.push_back(dice);
    b.push_back(others.at(name));
  }
  return metrics::compare_paired(a, b);
}

} // namespace

Verdict verdict_of(const metrics::PairedComparison& paired, double corrected_p, bool higher_is_better) {
  const metrics::Summary& difference = paired.difference;
  if (difference.cases < kFewCases) {
    return Verdict::kTooFewCases;
  }
  const metrics::Interval& interval = difference.mean_interval;
  if (corrected_p >= kLevel || (interval.low <= 0 && interval.high >= 0)) {
    return Verdict::kNotShown;
  }
  return (difference.mean > 0) == higher_is_better ? Verdict::kFirst : Verdict::kSecond;
}

std::vector<SetComparison> compare_sets(const std::vector<SegmentationResults>& sets) {
  std::vector<SetComparison> all;
  std::vector<double> p;
  for (std::size_t i = 1; i < sets.size(); ++i) {
    if (!paired_differences(sets[0], sets[i], {"dice"}).empty()) {
      all.push_back({.first = sets[0].name, .second = sets[i].name, .paired = paired_dice(sets[0], sets[i])});
      p.push_back(all.back().paired.wilcoxon.p);
    }
  }
  const std::vector<double> corrected = metrics::holm(p);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].p = corrected[i];
    all[i].verdict = verdict_of(all[i].paired, corrected[i]);
  }
  return all;
}

std::string verdict_text(const SetComparison& comparison) {
  switch (comparison.verdict) {
  case Verdict::kTooFewCases:
    return "too few cases to tell";
  case Verdict::kNotShown:
    return "no difference shown";
  case Verdict::kFirst:
    return comparison.first + " is better";
  case Verdict::kSecond:
    break;
  }
  return comparison.second + " is better";
}

} // namespace brainmvp::report
