#include <algorithm>

#include "report/html.h"
#include "report/names.h"
#include "report/summary.h"
#include "report/trend.h"

namespace brainmvp::report {
namespace {

using Values = std::vector<double>;

Headline of_run(const RunRecord& run) {
  Headline headline{.label = run.name + ": " + kind_name(run.kind), .value = "no steps yet", .remark = progress_of(run)};
  if (const auto change = loss_change(run)) {
    headline.value = "loss " + significant(change->first, 3) + " \xe2\x86\x92 " + significant(change->last, 3);
  }
  if (const auto best = best_step(run)) {
    headline.remark += "; best " + readable_name(best->metric) + " " + significant(best->value, 3) + " at step " +
                       grouped(static_cast<std::uint64_t>(best->step));
  }
  if (const std::string worse = worsening_text(worsenings(run)); !worse.empty()) {
    headline.remark += "; " + worse;
  }
  return headline;
}

std::string cases_text(std::size_t cases) { return grouped(cases) + (cases == 1 ? " case" : " cases"); }

Headline of_segmentation(const SegmentationResults& results) {
  Values dice;
  std::ranges::transform(dice_of_cases(results), std::back_inserter(dice), &std::pair<std::string, double>::second);
  const metrics::Summary summary = metrics::summarise(dice);
  return {.label = "Dice of " + results.name,
          .value = with_interval(summary.mean, summary.mean_interval),
          .remark = "mean with 95% interval over " + cases_text(dice.size()) +
                    (results.regions.size() > 1 ? ", mean of " + std::to_string(results.regions.size()) + " regions" : "")};
}

Headline of_difference(const SetComparison& comparison, std::size_t comparisons) {
  const metrics::Summary& difference = comparison.paired.difference;
  return {.label = "Dice of " + comparison.first + " minus " + comparison.second,
          .value = (difference.mean > 0 ? "+" : "") + with_interval(difference.mean, difference.mean_interval),
          .remark = verdict_text(comparison) + "; paired over " + cases_text(difference.cases) + ", Wilcoxon p " +
                    p_value(comparison.p) +
                    (comparisons > 1 ? ", corrected for " + std::to_string(comparisons) + " comparisons" : "")};
}

Headline of_classes(const ClassResults& results) {
  const auto named = [&](const std::string& name) {
    const auto row = std::ranges::find(results.summary, name, &metrics::ClassificationRow::metric);
    return row == results.summary.end() ? std::string("unknown") : with_interval(row->value, row->interval);
  };
  return {.label = "Balanced accuracy of " + results.name,
          .value = named("balanced_accuracy"),
          .remark = "95% interval over " + cases_text(results.table.case_names.size()) + "; AUC " + named("auc")};
}

// Of each target.
void add_numbers(const RegressionResults& results, std::vector<Headline>& all) {
  for (const std::string& target : results.table.targets) {
    const auto named = [&](const char* metric) {
      const metrics::RegressionRow* row = results.find(target, metric);
      return row == nullptr || !row->value ? std::string("undefined") : with_interval(*row->value, row->interval);
    };
    all.push_back({.label = "MAE of " + target + ", " + results.name,
                   .value = named("mae"),
                   .remark = "95% interval over " + cases_text(results.table.case_names.size()) + "; Pearson r " +
                             named("pearson_r") + "; R\xc2\xb2 " + named("r2")});
  }
}

} // namespace

std::vector<Headline> headlines(const std::vector<RunRecord>& runs, const Evaluations& evaluations,
                                const std::vector<SetComparison>& comparisons) {
  std::vector<Headline> all;
  for (const SegmentationResults& results : evaluations.segmentations) {
    if (!dice_of_cases(results).empty()) {
      all.push_back(of_segmentation(results));
    }
  }
  std::ranges::transform(comparisons, std::back_inserter(all),
                         [&](const SetComparison& one) { return of_difference(one, comparisons.size()); });
  std::ranges::transform(evaluations.classes, std::back_inserter(all), of_classes);
  for (const RegressionResults& results : evaluations.regressions) {
    add_numbers(results, all);
  }
  std::ranges::transform(runs, std::back_inserter(all), of_run);
  return all;
}

} // namespace brainmvp::report
