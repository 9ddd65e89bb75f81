#include "metrics/curves.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace brainmvp::metrics {

std::vector<RocPoint> roc_curve(std::span<const double> scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  const auto positives = static_cast<double>(std::ranges::count(positive, true));
  const double negatives = static_cast<double>(scores.size()) - positives;
  std::vector<RocPoint> points{{}};
  double found = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    found += positive[order[i]] ? 1 : 0;
    if (i + 1 == order.size() || scores[order[i]] != scores[order[i + 1]]) {
      points.push_back(
          {.false_positive_rate = (static_cast<double>(i + 1) - found) / negatives, .true_positive_rate = found / positives});
    }
  }
  return points;
}

std::vector<CalibrationBin> calibration_curve(const ClassificationCases& cases, std::size_t bins) {
  const std::vector<std::size_t> predictions = predicted_classes(cases);
  std::vector<CalibrationBin> curve(bins);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const double confidence = cases.probabilities[i * cases.classes + predictions[i]];
    const double place = std::ceil(confidence * static_cast<double>(bins)) - 1;
    CalibrationBin& bin = curve[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins - 1)))];
    ++bin.cases;
    bin.confidence += confidence;
    bin.accuracy += predictions[i] == cases.labels[i] ? 1 : 0;
  }
  for (CalibrationBin& bin : curve) {
    bin.confidence /= static_cast<double>(std::max<std::size_t>(1, bin.cases));
    bin.accuracy /= static_cast<double>(std::max<std::size_t>(1, bin.cases));
  }
  return curve;
}

std::vector<CalibrationBin> even_calibration_curve(const ClassificationCases& cases, std::size_t bins) {
  const std::vector<std::size_t> predicted = predicted_classes(cases);
  std::vector<std::pair<double, bool>> sorted; // confidence, and whether it is right
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    sorted.emplace_back(cases.probabilities[i * cases.classes + predicted[i]], predicted[i] == cases.labels[i]);
  }
  std::ranges::sort(sorted);
  bins = std::min(bins, sorted.size());
  std::vector<CalibrationBin> curve(bins);
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const std::size_t begin = bin * sorted.size() / bins;
    const std::size_t end = (bin + 1) * sorted.size() / bins;
    curve[bin].cases = end - begin;
    for (std::size_t i = begin; i < end; ++i) {
      curve[bin].confidence += sorted[i].first / static_cast<double>(end - begin);
      curve[bin].accuracy += (sorted[i].second ? 1 : 0) / static_cast<double>(end - begin);
    }
  }
  return curve;
}

} // namespace brainmvp::metrics
