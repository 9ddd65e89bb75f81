// Curves behind the figures of classification, for plots.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "metrics/classification.h"

namespace brainmvp::metrics {

struct RocPoint {
  double false_positive_rate = 0;
  double true_positive_rate = 0;
};

// From (0, 0) to (1, 1), a point a distinct score from the highest down. `positive` has as many values as `scores`; needs
// both kinds.
std::vector<RocPoint> roc_curve(std::span<const double> scores, const std::vector<bool>& positive);

// The cases whose confidence (largest probability) lies in one bin of ClassificationOptions::calibration_bins.
struct CalibrationBin {
  std::size_t cases = 0;
  double confidence = 0; // mean; 0 without cases
  double accuracy = 0;
};
std::vector<CalibrationBin> calibration_curve(const ClassificationCases& cases, std::size_t bins);

// In bins of equal numbers of cases, by confidence; at most one bin a case.
std::vector<CalibrationBin> even_calibration_curve(const ClassificationCases& cases, std::size_t bins);

} // namespace brainmvp::metrics
