#include "metrics/classification.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "metrics/curves.h"
#include "metrics/ranking.h"

namespace brainmvp::metrics {
namespace {

// Counts of one class against the rest.
struct Counts {
  double true_positive = 0;
  double reference = 0;  // cases of the class
  double prediction = 0; // cases predicted as it
  double total = 0;

  [[nodiscard]] double recall() const { return true_positive / reference; }
  [[nodiscard]] double specificity() const { return (total - reference - prediction + true_positive) / (total - reference); }
  [[nodiscard]] double f1() const { return 2 * true_positive / (reference + prediction); }
};

void check_cases(const ClassificationCases& cases) {
  const std::size_t count = cases.labels.size();
  if (cases.classes < 2 || cases.probabilities.size() != count * cases.classes) {
    throw Error(ExitCode::kBadInput, std::to_string(cases.probabilities.size()) + " probabilities for " + std::to_string(count) +
                                         " cases of " + std::to_string(cases.classes) + " classes");
  }
  if (!std::ranges::all_of(cases.probabilities, [](double p) { return std::isfinite(p); })) {
    throw Error(ExitCode::kBadInput, "a probability is not a finite number");
  }
  std::vector<bool> seen(cases.classes);
  for (const std::size_t label : cases.labels) {
    if (label >= cases.classes) {
      throw Error(ExitCode::kBadInput, "class " + std::to_string(label) + " of " + std::to_string(cases.classes) + " classes");
    }
    seen[label] = true;
  }
  if (std::ranges::count(seen, true) < 2) {
    throw Error(ExitCode::kBadInput,
                "the reference has cases of fewer than two classes, so that AUC and specificity have no value; "
                "evaluate on cases of at least two classes");
  }
}

std::vector<Counts> counts_of(const std::vector<std::size_t>& confusion, std::size_t classes) {
  std::vector<Counts> counts(classes);
  const auto total = static_cast<double>(std::accumulate(confusion.begin(), confusion.end(), std::size_t{0}));
  for (std::size_t c = 0; c < classes; ++c) {
    counts[c].total = total;
    counts[c].true_positive = static_cast<double>(confusion[c * classes + c]);
    for (std::size_t other = 0; other < classes; ++other) {
      counts[c].reference += static_cast<double>(confusion[c * classes + other]);
      counts[c].prediction += static_cast<double>(confusion[other * classes + c]);
    }
  }
  return counts;
}

void add_decisions(ClassificationMetrics& metrics, std::size_t classes) {
  const std::vector<Counts> counts = counts_of(metrics.confusion, classes);
  std::vector<double> recalls;
  std::vector<double> specificities;
  std::vector<double> f1s;
  double correct = 0;
  for (const Counts& c : counts) {
    correct += c.true_positive;
    if (c.reference > 0) {
      recalls.push_back(c.recall());
      specificities.push_back(c.specificity());
    }
    if (c.reference + c.prediction > 0) {
      f1s.push_back(c.f1());
    }
  }
  const bool binary = classes == 2;
  metrics.accuracy = correct / counts[0].total;
  metrics.balanced_accuracy = mean(recalls);
  metrics.f1_macro = mean(f1s);
  metrics.f1 = binary ? counts[1].f1() : metrics.f1_macro;
  metrics.sensitivity = binary ? counts[1].recall() : metrics.balanced_accuracy;
  metrics.specificity = binary ? counts[0].recall() : mean(specificities);
}

void add_ranks(ClassificationMetrics& metrics, const ClassificationCases& cases) {
  std::vector<double> areas;
  std::vector<double> precisions;
  std::vector<double> scores(cases.labels.size());
  std::vector<bool> positive(cases.labels.size());
  for (std::size_t c = cases.classes == 2 ? 1 : 0; c < cases.classes; ++c) {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i] = cases.probabilities[i * cases.classes + c];
      positive[i] = cases.labels[i] == c;
    }
    if (std::ranges::count(positive, true) > 0) {
      areas.push_back(area_under_curve(scores, positive));
      precisions.push_back(average_precision(scores, positive));
    }
  }
  metrics.auc = mean(areas);
  metrics.average_precision = mean(precisions);
}

double brier_score(const ClassificationCases& cases) {
  double sum = 0;
  for (std::size_t i = 0; i < cases.labels.size(); ++i) {
    for (std::size_t c = cases.classes == 2 ? 1 : 0; c < cases.classes; ++c) {
      const double error = cases.probabilities[i * cases.classes + c] - (cases.labels[i] == c ? 1 : 0);
      sum += error * error;
    }
  }
  return sum / static_cast<double>(cases.labels.size());
}

double calibration_error(const ClassificationCases& cases, std::size_t bins) {
  double sum = 0;
  for (const CalibrationBin& bin : calibration_curve(cases, bins)) {
    sum += static_cast<double>(bin.cases) * std::abs(bin.accuracy - bin.confidence);
  }
  return sum / static_cast<double>(cases.labels.size());
}

} // namespace

std::vector<std::size_t> predicted_classes(const ClassificationCases& cases) {
  std::vector<std::size_t> predictions;
  for (auto row = cases.probabilities.begin(); row != cases.probabilities.end();) {
    const auto end = row + static_cast<std::ptrdiff_t>(cases.classes);
    predictions.push_back(static_cast<std::size_t>(std::max_element(row, end) - row));
    row = end;
  }
  return predictions;
}

ClassificationMetrics classify_metrics(const ClassificationCases& cases, const ClassificationOptions& options) {
  check_cases(cases);
  const std::vector<std::size_t> predictions = predicted_classes(cases);
  ClassificationMetrics metrics;
  metrics.confusion.resize(cases.classes * cases.classes);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    ++metrics.confusion[cases.labels[i] * cases.classes + predictions[i]];
  }
  add_decisions(metrics, cases.classes);
  add_ranks(metrics, cases);
  metrics.calibration_error = calibration_error(cases, options.calibration_bins);
  metrics.brier = brier_score(cases);
  return metrics;
}

ClassificationCases resample_within_classes(const ClassificationCases& cases, std::size_t number, std::uint64_t seed) {
  std::vector<std::vector<std::size_t>> members(cases.classes);
  for (std::size_t i = 0; i < cases.labels.size(); ++i) {
    members[cases.labels[i]].push_back(i);
  }
  RandomStream stream({seed, text_key("bootstrap within classes"), number});
  ClassificationCases drawn{.classes = cases.classes, .labels = cases.labels, .probabilities = {}};
  for (const std::size_t label : cases.labels) {
    const std::size_t from = members[label][stream.below(members[label].size())];
    const auto row = cases.probabilities.begin() + static_cast<std::ptrdiff_t>(from * cases.classes);
    drawn.probabilities.insert(drawn.probabilities.end(), row, row + static_cast<std::ptrdiff_t>(cases.classes));
  }
  return drawn;
}

std::span<const ClassificationColumn> classification_columns() {
  using M = ClassificationMetrics;
  static constexpr std::array<ClassificationColumn, 10> kColumns{{
      {{"accuracy", "Accuracy", Better::kHigher, "share of cases predicted as their class"}, &M::accuracy},
      {{"balanced_accuracy", "Balanced accuracy", Better::kHigher, "mean recall of the classes"}, &M::balanced_accuracy},
      {{"f1_macro", "F1, macro", Better::kHigher, "mean F1 of the classes"}, &M::f1_macro},
      {{"f1", "F1", Better::kHigher, "of the positive class; macro with more than two"}, &M::f1},
      {{"auc", "AUC", Better::kHigher, "area under the ROC curve"}, &M::auc},
      {{"average_precision", "Average precision", Better::kHigher,
        "sum over thresholds of the step in recall times the precision"},
       &M::average_precision},
      {{"sensitivity", "Sensitivity", Better::kHigher, "recall of the positive class; macro with more than two"},
       &M::sensitivity},
      {{"specificity", "Specificity", Better::kHigher, "recall of the other class; macro with more than two"}, &M::specificity},
      {{"calibration_error", "Calibration error", Better::kLower, "mean |accuracy - confidence| over bins of confidence"},
       &M::calibration_error},
      {{"brier", "Brier score", Better::kLower, "mean square difference of probabilities and outcomes"}, &M::brier},
  }};
  return kColumns;
}

} // namespace brainmvp::metrics
