#include "report/summary.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>

#include "report/html.h"

namespace brainmvp::report {
namespace {

using Values = std::vector<double>;

} // namespace

std::string kind_name(RunKind kind) {
  switch (kind) {
  case RunKind::kPretrain:
    return "pre-training";
  case RunKind::kSegment:
    return "segmentation";
  case RunKind::kClassify:
    return "classification";
  case RunKind::kRegress:
    return "regression";
  case RunKind::kOther:
    break;
  }
  return "training";
}

std::vector<std::pair<std::string, double>> dice_of_cases(const SegmentationResults& results) {
  const auto column = static_cast<std::size_t>(std::ranges::find(results.metrics, "dice") - results.metrics.begin());
  std::vector<std::pair<std::string, double>> cases;
  std::map<std::string, std::size_t> counts;
  for (const SegmentationRow& row : results.rows) {
    if (column < row.values.size()) {
      if (++counts[row.case_name] == 1) {
        cases.emplace_back(row.case_name, 0);
      }
      std::ranges::find(cases, row.case_name, &std::pair<std::string, double>::first)->second += row.values[column];
    }
  }
  for (auto& [name, sum] : cases) {
    sum /= static_cast<double>(counts[name]);
  }
  return cases;
}

std::vector<Difference> paired_differences(const SegmentationResults& first, const SegmentationResults& second,
                                           const std::vector<std::string>& metrics) {
  const auto keys = [](const SegmentationResults& results) {
    std::map<std::pair<std::string, std::string>, std::size_t> rows; // row by region and case
    for (std::size_t i = 0; i < results.rows.size(); ++i) {
      rows[{results.rows[i].region, results.rows[i].case_name}] = i;
    }
    return rows;
  };
  const auto of_first = keys(first);
  const auto of_second = keys(second);
  if (!std::ranges::equal(
          of_first, of_second, {}, [](const auto& row) { return row.first; }, [](const auto& row) { return row.first; })) {
    return {};
  }
  std::vector<Difference> differences;
  for (const std::string& region : first.regions) {
    for (const std::string& metric : metrics) {
      const auto column = [&metric](const SegmentationResults& results) {
        return static_cast<std::size_t>(std::ranges::find(results.metrics, metric) - results.metrics.begin());
      };
      if (column(first) == first.metrics.size() || column(second) == second.metrics.size()) {
        continue;
      }
      Values a;
      Values b;
      for (const auto& [key, row] : of_first) {
        if (key.first == region) {
          a.push_back(first.rows[row].values[column(first)]);
          b.push_back(second.rows[of_second.at(key)].values[column(second)]);
        }
      }
      differences.push_back({.region = region, .metric = metric, .comparison = metrics::compare_paired(a, b)});
    }
  }
  return differences;
}

std::string progress_of(const RunRecord& run) {
  const std::string steps = run.setting("steps");
  const bool counted = !steps.empty() && steps.size() < 19 && steps.find_first_not_of("0123456789") == std::string::npos;
  const std::string total = counted ? grouped(std::stoull(steps)) : "";
  const auto done = static_cast<std::uint64_t>(run.steps.empty() ? 0 : run.steps.back());
  std::string text = grouped(done) + (total.empty() ? "" : " of " + total) + " steps, ";
  const bool whole = counted && done > 0 && done >= std::stoull(steps);
  switch (run.log.outcome) {
  case Outcome::kRunning:
    return text + "still going";
  case Outcome::kFinished:
    return text + "finished";
  case Outcome::kStopped:
    return text + "stopped as asked";
  case Outcome::kInterrupted:
    return text + "interrupted";
  case Outcome::kFailed:
    return text + "ended with an error (see log.txt)";
  case Outcome::kUnknown:
    break;
  }
  return text + (whole ? "finished" : "ended without a word"); // --resume of a finished run adds no end to its log
}

std::optional<BestStep> best_step(const RunRecord& run) {
  const Series* series = run.find("validation_dice");
  const double sign = series != nullptr ? -1 : 1; // Dice is to be high, losses low
  series = series != nullptr ? series : run.find("validation_loss");
  std::optional<BestStep> best;
  for (std::size_t i = 0; series != nullptr && i < series->values.size(); ++i) {
    const double value = series->values[i];
    if (std::isfinite(value) && (!best || sign * value < sign * best->value)) {
      best = {.metric = series->name, .step = run.steps[i], .value = value};
    }
  }
  return best;
}

std::optional<LossChange> loss_change(const RunRecord& run) {
  const Series* series = run.find("loss");
  if (series == nullptr) {
    return std::nullopt;
  }
  std::vector<double> finite;
  std::ranges::copy_if(series->values, std::back_inserter(finite), [](double value) { return std::isfinite(value); });
  if (finite.empty()) {
    return std::nullopt;
  }
  const auto part = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, finite.size() / 20));
  const auto mean = [part](auto first) { return std::accumulate(first, first + part, 0.0) / static_cast<double>(part); };
  return LossChange{.first = mean(finite.begin()), .last = mean(finite.end() - part)};
}

} // namespace brainmvp::report
