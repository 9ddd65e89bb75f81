// Metrics of predicted class probabilities. With two classes, class 1 is the positive one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/metric.h"
#include "metrics/statistics.h"

namespace brainmvp::metrics {

// labels: n classes; probabilities: [n, classes], each row summing to 1, or any scores for the ranks alone.
struct ClassificationCases {
  std::size_t classes = 2;
  std::vector<std::size_t> labels;
  std::vector<double> probabilities;
};

struct ClassificationOptions {
  std::size_t calibration_bins = 15; // equal widths over (0, 1]; bin k holds confidences in (k / bins, (k + 1) / bins]
};

// The prediction is the most probable class; ties take the lower one. "Macro" is the plain mean over classes: over those
// with a reference case for recall, AUC and average precision, over those in reference or prediction for F1.
struct ClassificationMetrics {
  double accuracy = 0;
  double balanced_accuracy = 0; // macro recall
  double f1_macro = 0;
  double f1 = 0;                      // of class 1 with two classes, else macro
  double auc = 0;                     // two classes: of class 1, tied pairs count half; else macro, each class against the rest
  double average_precision = 0;       // sum over thresholds of (recall step) * precision; two classes: of class 1; else macro
  double sensitivity = 0;             // two classes: recall of class 1; else macro recall
  double specificity = 0;             // two classes: recall of class 0; else macro, each class against the rest
  double calibration_error = 0;       // sum over bins of share * |accuracy - mean confidence|, confidence = largest probability
  double brier = 0;                   // mean of sum_c (p_c - [label = c])^2; with two classes of (p_1 - label)^2
  std::vector<std::size_t> confusion; // [reference, prediction], row-major
};

// Throws Error(kBadInput) when fewer than two classes have reference cases (AUC and specificity have no value then), for a
// label that is no class and for probabilities that are not finite.
ClassificationMetrics classify_metrics(const ClassificationCases& cases, const ClassificationOptions& options = {});

// The most probable class of each case.
std::vector<std::size_t> predicted_classes(const ClassificationCases& cases);

// A bootstrap resample: every case is replaced by a drawn one of its own class, so that every metric keeps a value. The
// drawn cases depend on the labels alone: two sets of predictions stay paired.
ClassificationCases resample_within_classes(const ClassificationCases& cases, std::size_t number, std::uint64_t seed);

// A value of ClassificationMetrics by the name it has in outputs.
struct ClassificationColumn : Metric {
  double ClassificationMetrics::*value;
};
std::span<const ClassificationColumn> classification_columns();

} // namespace brainmvp::metrics
