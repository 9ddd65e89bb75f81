#include "metrics/evaluation_output.h"

#include "base/text.h"
#include "metrics/conventions.h"
#include "metrics/text_table.h"

namespace brainmvp::metrics {
namespace {

std::string interval_text(double value, const Interval& interval) {
  return fixed(value, 3) + " [" + fixed(interval.low, 3) + ", " + fixed(interval.high, 3) + "]";
}

TextRows case_rows(const std::vector<CaseRow>& rows) {
  TextRows table{{"case", "region", "dice", "hd95_mm", "surface_dice", "reference_ml", "volume_difference_ml", "lesion_f1"}};
  for (const CaseRow& row : rows) {
    const SegmentationMetrics& m = row.metrics;
    table.push_back({row.case_name, row.region, fixed(m.dice, 4), fixed(m.hd95_mm, 2), fixed(m.surface_dice, 4),
                     fixed(m.reference_ml, 2), fixed(m.volume_difference_ml, 2), fixed(m.lesions.f1, 3)});
    if (row.missing) {
      table.back().emplace_back("missing");
    }
  }
  return table;
}

TextRows summary_rows(const std::vector<SummaryRow>& rows) {
  TextRows table{{"region", "metric", "cases", "mean", "median"}};
  for (const SummaryRow& row : rows) {
    table.push_back({row.region, row.metric, std::to_string(row.summary.cases),
                     interval_text(row.summary.mean, row.summary.mean_interval),
                     interval_text(row.summary.median, row.summary.median_interval)});
  }
  return table;
}

TextRows comparison_rows(const std::vector<ComparisonRow>& rows) {
  TextRows table{{"region", "metric", "mean difference", "Wilcoxon p"}};
  for (const ComparisonRow& row : rows) {
    table.push_back({row.region, row.metric,
                     interval_text(row.comparison.difference.mean, row.comparison.difference.mean_interval),
                     fixed(row.comparison.wilcoxon.p, 4)});
  }
  return table;
}

} // namespace

std::string cases_tsv(const PredictionSet& set) {
  TextRows table{{"case", "region"}};
  for (const SegmentationColumn& column : segmentation_columns()) {
    table[0].emplace_back(column.name);
  }
  table[0].insert(table[0].end(), {"reference_lesions", "predicted_lesions", "found_lesions", "false_lesions", "missing"});
  for (const CaseRow& row : set.rows) {
    const LesionMetrics& lesions = row.metrics.lesions;
    std::vector<std::string> cells{row.case_name, row.region};
    for (const SegmentationColumn& column : segmentation_columns()) {
      cells.push_back(shortest(column.value(row.metrics)));
    }
    for (const std::size_t count :
         {lesions.reference_lesions, lesions.predicted_lesions, lesions.found_lesions, lesions.false_lesions}) {
      cells.push_back(std::to_string(count));
    }
    cells.emplace_back(row.missing ? "true" : "false");
    table.push_back(std::move(cells));
  }
  return tsv(table);
}

std::string summary_tsv(const PredictionSet& set) {
  TextRows table{{"region", "metric", "cases", "mean", "mean_low", "mean_high", "median", "median_low", "median_high"}};
  for (const SummaryRow& row : set.summary) {
    const Summary& s = row.summary;
    table.push_back({row.region, row.metric, std::to_string(s.cases), shortest(s.mean), shortest(s.mean_interval.low),
                     shortest(s.mean_interval.high), shortest(s.median), shortest(s.median_interval.low),
                     shortest(s.median_interval.high)});
  }
  return tsv(table);
}

std::string comparison_tsv(const std::vector<ComparisonRow>& differences) {
  TextRows table{{"region", "metric", "cases", "mean_difference", "mean_low", "mean_high", "median_difference", "median_low",
                  "median_high", "wilcoxon_p", "wilcoxon_method"}};
  for (const ComparisonRow& row : differences) {
    const Summary& d = row.comparison.difference;
    table.push_back({row.region, row.metric, std::to_string(d.cases), shortest(d.mean), shortest(d.mean_interval.low),
                     shortest(d.mean_interval.high), shortest(d.median), shortest(d.median_interval.low),
                     shortest(d.median_interval.high), shortest(row.comparison.wilcoxon.p),
                     row.comparison.wilcoxon.exact ? "exact" : "normal approximation"});
  }
  return tsv(table);
}

std::string evaluation_text(const Evaluation& evaluation, bool with_cases) {
  std::string text;
  const auto add_set = [&](const PredictionSet& set) {
    text += set.source + " against " + evaluation.reference + "\n";
    text += with_cases ? aligned_table(case_rows(set.rows), 2) + "\n" : "";
    text += aligned_table(summary_rows(set.summary), 2) + "\n";
  };
  add_set(evaluation.predictions);
  if (evaluation.compared) {
    add_set(*evaluation.compared);
    text += evaluation.predictions.source + " - " + evaluation.compared->source + "\n";
    text += aligned_table(comparison_rows(evaluation.differences), 2) + "\n";
  }
  return text + conventions_text(segmentation_conventions(evaluation.options, evaluation.bootstrap));
}

} // namespace brainmvp::metrics
