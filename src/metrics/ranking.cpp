#include "metrics/ranking.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace brainmvp::metrics {
namespace {

// Cases with one score, from the highest score down.
struct Group {
  double positives = 0;
  double negatives = 0;
};

std::vector<Group> groups_of(std::span<const double> scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<Group> groups;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || scores[order[i]] != scores[order[i - 1]]) {
      groups.emplace_back();
    }
    (positive[order[i]] ? groups.back().positives : groups.back().negatives) += 1;
  }
  return groups;
}

} // namespace

double area_under_curve(std::span<const double> scores, const std::vector<bool>& positive) {
  double positives = 0;
  double negatives = 0;
  double ordered_pairs = 0;
  for (const Group& group : groups_of(scores, positive)) {
    ordered_pairs += group.negatives * (positives + group.positives / 2);
    positives += group.positives;
    negatives += group.negatives;
  }
  return ordered_pairs / (positives * negatives);
}

double average_precision(std::span<const double> scores, const std::vector<bool>& positive) {
  const auto total = static_cast<double>(std::ranges::count(positive, true));
  double positives = 0;
  double seen = 0;
  double sum = 0;
  for (const Group& group : groups_of(scores, positive)) {
    positives += group.positives;
    seen += group.positives + group.negatives;
    sum += group.positives / total * (positives / seen);
  }
  return sum;
}

} // namespace brainmvp::metrics
