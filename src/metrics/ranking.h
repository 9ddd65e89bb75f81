// Metrics of a score that should be higher for positive cases.
#pragma once

#include <span>
#include <vector>

namespace brainmvp::metrics {

// `positive` has as many values as `scores`. The area needs both kinds, the precision a positive case.

// Area under the ROC curve: share of (positive, negative) pairs in order, tied pairs counted as half.
double area_under_curve(std::span<const double> scores, const std::vector<bool>& positive);

// Sum over distinct thresholds, from the highest, of (recall - recall before) * precision.
double average_precision(std::span<const double> scores, const std::vector<bool>& positive);

} // namespace brainmvp::metrics
