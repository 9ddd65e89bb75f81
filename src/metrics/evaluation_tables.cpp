#include "base/text.h"
#include "metrics/evaluation_output.h"
#include "metrics/interval_output.h"
#include "metrics/text_table.h"

namespace brainmvp::metrics {
namespace {

TextRows cases_table(const PredictionSet& set) {
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
  return table;
}

// cases, mean and its interval, median and its interval.
std::vector<std::string> summary_cells(const Summary& summary) {
  std::vector<std::string> cells{std::to_string(summary.cases)};
  for (const auto& [value, interval] :
       {std::pair(summary.mean, summary.mean_interval), std::pair(summary.median, summary.median_interval)}) {
    cells.push_back(shortest(value));
    const std::vector<std::string> ends = interval_cells(interval);
    cells.insert(cells.end(), ends.begin(), ends.end());
  }
  return cells;
}

} // namespace

std::string cases_tsv(const PredictionSet& set) { return tsv(cases_table(set)); }

std::string cases_csv(const Evaluation& evaluation) { return csv_of_sets(evaluation, cases_table); }

std::string summary_tsv(const PredictionSet& set) {
  TextRows table{{"region", "metric", "cases", "mean", "mean_low", "mean_high", "median", "median_low", "median_high"}};
  for (const SummaryRow& row : set.summary) {
    table.push_back({row.region, row.metric});
    const std::vector<std::string> cells = summary_cells(row.summary);
    table.back().insert(table.back().end(), cells.begin(), cells.end());
  }
  return tsv(table);
}

std::string comparison_tsv(const std::vector<ComparisonRow>& differences) {
  TextRows table{{"region", "metric", "cases", "mean_difference", "mean_low", "mean_high", "median_difference", "median_low",
                  "median_high", "wilcoxon_p", "wilcoxon_method"}};
  for (const ComparisonRow& row : differences) {
    table.push_back({row.region, row.metric});
    const std::vector<std::string> cells = summary_cells(row.comparison.difference);
    table.back().insert(table.back().end(), cells.begin(), cells.end());
    table.back().push_back(shortest(row.comparison.wilcoxon.p));
    table.back().emplace_back(row.comparison.wilcoxon.exact ? "exact" : "normal approximation");
  }
  return tsv(table);
}

} // namespace brainmvp::metrics
