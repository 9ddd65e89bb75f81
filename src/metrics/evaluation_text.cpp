// What `evaluate` says of segmentations on a terminal.
#include <algorithm>
#include <array>
#include <span>

#include "metrics/evaluation_output.h"
#include "metrics/interval_output.h"
#include "metrics/text_table.h"

namespace brainmvp::metrics {
namespace {

// A metric of the tables for people, with its head there.
struct ShownMetric {
  const char* name;
  const char* head;
  int decimals;
};
constexpr std::array<ShownMetric, 4> kShownScores{
    {{"dice", "Dice", 3}, {"hd95_mm", "HD95 (mm)", 1}, {"surface_dice", "surface Dice", 3}, {"lesion_f1", "lesion F1", 3}}};
constexpr std::array<ShownMetric, 4> kShownVolumes{{{"reference_ml", "reference (ml)", 2},
                                                    {"signed_volume_difference_ml", "difference (ml)", 2},
                                                    {"volume_difference_ml", "|difference| (ml)", 2},
                                                    {"relative_volume_difference", "relative", 2}}};
constexpr ShownMetric kComparedVolume{"volume_difference_ml", "|volume difference| (ml)", 2};

TextRows case_rows(const std::vector<CaseRow>& rows) {
  TextRows table{{"case", "region", "Dice", "HD95 mm", "surf. Dice", "ref. ml", "diff. ml", "lesion F1"}};
  for (const CaseRow& row : rows) {
    const SegmentationMetrics& m = row.metrics;
    table.push_back({row.case_name, row.region, fixed(m.dice, 4), fixed(m.hd95_mm, 2), fixed(m.surface_dice, 4),
                     fixed(m.reference_ml, 2), fixed(m.signed_volume_difference_ml, 2), fixed(m.lesions.f1, 3)});
    if (row.missing) {
      table.back().emplace_back("missing");
    }
  }
  return table;
}

// A row per region: means with their intervals; a relative difference or a size of the reference without.
TextRows summary_rows(const std::vector<SummaryRow>& rows, std::span<const ShownMetric> shown) {
  TextRows table{{"region"}};
  for (const ShownMetric& metric : shown) {
    table[0].emplace_back(metric.head);
  }
  for (const SummaryRow& row : rows) {
    const auto metric = std::ranges::find(shown, row.metric, &ShownMetric::name);
    if (table.size() == 1 || table.back()[0] != row.region) {
      table.push_back({row.region});
      table.back().resize(shown.size() + 1);
    }
    if (metric != shown.end()) {
      const bool plain = row.metric == "reference_ml" || row.metric == "relative_volume_difference";
      table.back()[static_cast<std::size_t>(metric - shown.begin()) + 1] =
          plain ? fixed(row.summary.mean, metric->decimals)
                : with_interval(row.summary.mean, row.summary.mean_interval, metric->decimals);
    }
  }
  return table;
}

TextRows comparison_rows(const std::vector<ComparisonRow>& rows) {
  std::vector<ShownMetric> shown(kShownScores.begin(), kShownScores.end());
  shown.push_back(kComparedVolume);
  TextRows table{{"region", "metric", "mean difference", "Wilcoxon p"}};
  for (const ComparisonRow& row : rows) {
    const auto metric = std::ranges::find(shown, row.metric, &ShownMetric::name);
    if (metric != shown.end()) {
      const Summary& difference = row.comparison.difference;
      table.push_back({row.region, metric->head, with_interval(difference.mean, difference.mean_interval, metric->decimals),
                       p_text(row.comparison.wilcoxon.p)});
    }
  }
  return table;
}

} // namespace

std::string evaluation_text(const Evaluation& evaluation, bool with_cases) {
  std::string text;
  const std::size_t cases = evaluation.predictions.summary.front().summary.cases;
  const auto add_set = [&](const PredictionSet& set) {
    text += set_heading(set.source, evaluation.reference, cases);
    text += with_cases ? aligned_table(case_rows(set.rows), 2) + "\n" : "";
    text += cases > 1 ? "Means over cases with 95% intervals\n" : "One case: no intervals\n";
    text += aligned_table(summary_rows(set.summary, kShownScores), 1) + "\n";
    text += aligned_table(summary_rows(set.summary, kShownVolumes), 1) + "\n";
  };
  add_set(evaluation.predictions);
  if (evaluation.compared) {
    add_set(*evaluation.compared);
    text += evaluation.predictions.source + " - " + evaluation.compared->source + "\n";
    text += aligned_table(comparison_rows(evaluation.differences), 2) + "\n";
  }
  return text;
}

} // namespace brainmvp::metrics
