#include "metrics/class_evaluation.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace brainmvp::metrics {
namespace {

std::vector<double> values_of(const ClassificationMetrics& metrics) {
  std::vector<double> values;
  std::ranges::transform(classification_columns(), std::back_inserter(values),
                         [&](const ClassificationColumn& column) { return metrics.*column.value; });
  return values;
}

// Cases are drawn within their class, so that with one case of each class every resample is the same.
bool resamples_differ(const ClassificationCases& cases) {
  return std::set<std::size_t>(cases.labels.begin(), cases.labels.end()).size() < cases.labels.size();
}

std::vector<ClassificationRow> rows_of(const std::vector<double>& values, const std::vector<Interval>& intervals, bool known) {
  std::vector<ClassificationRow> rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    rows.push_back({.metric = classification_columns()[i].name, .value = values[i], .interval = intervals[i]});
    rows.back().interval.known = known;
  }
  return rows;
}

} // namespace

std::vector<ClassificationRow> summarise_classes(const ClassificationCases& cases, const ClassificationOptions& options,
                                                 const BootstrapOptions& bootstrap) {
  const std::vector<double> values = values_of(classify_metrics(cases, options));
  const auto intervals = bootstrap_intervals(bootstrap.resamples, [&](std::size_t number) {
    return values_of(classify_metrics(resample_within_classes(cases, number, bootstrap.seed), options));
  });
  return rows_of(values, intervals, resamples_differ(cases));
}

ClassificationComparison compare_classes(const ClassificationCases& first, const ClassificationCases& second,
                                         const ClassificationOptions& options, const BootstrapOptions& bootstrap) {
  if (first.labels != second.labels || first.classes != second.classes) {
    throw Error(ExitCode::kInternal, "two sets of class predictions with other cases cannot be compared");
  }
  const auto difference = [&](const ClassificationCases& a, const ClassificationCases& b) {
    std::vector<double> values = values_of(classify_metrics(a, options));
    std::ranges::transform(values, values_of(classify_metrics(b, options)), values.begin(), std::minus<>());
    return values;
  };
  const auto intervals = bootstrap_intervals(bootstrap.resamples, [&](std::size_t number) {
    return difference(resample_within_classes(first, number, bootstrap.seed),
                      resample_within_classes(second, number, bootstrap.seed));
  });
  std::vector<double> of_true_class;
  for (std::size_t i = 0; i < first.labels.size(); ++i) {
    const std::size_t at = i * first.classes + first.labels[i];
    of_true_class.push_back(first.probabilities[at] - second.probabilities[at]);
  }
  return {.differences = rows_of(difference(first, second), intervals, resamples_differ(first)),
          .wilcoxon = wilcoxon_signed_rank(of_true_class, 1)}; // probabilities
}

} // namespace brainmvp::metrics
