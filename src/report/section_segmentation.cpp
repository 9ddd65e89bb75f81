#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/names.h"
#include "report/sections.h"
#include "report/summary.h"

namespace brainmvp::report {
namespace {

constexpr std::array<std::string_view, 5> kShown{"dice", "hd95_mm", "surface_dice", "lesion_f1", "volume_difference_ml"};
const std::vector<std::string>& compared_metrics() {
  static const std::vector<std::string> metrics{"dice", "hd95_mm", "surface_dice", "lesion_f1"};
  return metrics;
}

int decimals_of(const std::string& metric) { return metric.ends_with("_mm") || metric.ends_with("_ml") ? 1 : 3; }

std::string summary_table(const std::vector<SegmentationResults>& sets) {
  Table table{.caption = "Means with 95% bootstrap intervals over cases",
              .columns = {{"Predictions", false}, {"Region", false}, {"Cases", true}},
              .rows = {},
              .sortable = true};
  for (const std::string_view metric : kShown) {
    table.columns.push_back({readable_name(std::string(metric)), true});
  }
  for (const SegmentationResults& set : sets) {
    for (const std::string& region : set.regions) {
      const MetricSummary* dice = set.find(region, "dice");
      std::vector<Cell> row{text_cell(set.name), text_cell(region)};
      row.push_back(
          {.html = dice == nullptr ? "" : grouped(dice->cases), .value = dice == nullptr ? 0 : static_cast<double>(dice->cases)});
      for (const std::string_view metric : kShown) {
        const MetricSummary* found = set.find(region, std::string(metric));
        row.push_back(found == nullptr
                          ? text_cell("")
                          : Cell{.html = escaped(with_interval(found->mean, found->mean_interval, decimals_of(found->metric))),
                                 .value = found->mean});
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table_html(table);
}

// A row a region and set, for one metric.
std::string distribution(const std::vector<SegmentationResults>& sets, const std::string& metric,
                         std::optional<metrics::Interval> at_least) {
  std::vector<StripRow> rows;
  for (const std::string& region : sets.front().regions) {
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const MetricSummary* summary = sets[i].find(region, metric);
      if (summary != nullptr) {
        rows.push_back({.label = "region " + region + (sets.size() > 1 ? ", " + sets[i].name : ""),
                        .colour = i,
                        .values = sets[i].values(region, metric),
                        .mean = summary->mean,
                        .interval = summary->mean_interval});
      }
    }
  }
  return rows.empty() ? "" : strip_plot(readable_name(metric) + " of each case", rows, at_least);
}

std::string comparison(const SegmentationResults& first, const SegmentationResults& second) {
  const auto differences = paired_differences(first, second, compared_metrics());
  const std::string title = first.name + " minus " + second.name;
  if (differences.empty()) {
    return "<p>" + escaped(title) + ": not compared, since the two do not have the same cases and regions.</p>\n";
  }
  Table table{.caption = title + ": paired differences over cases",
              .columns = {{"Region", false},
                          {"Metric", false},
                          {"Cases", true},
                          {"Mean difference", true},
                          {"Median", true},
                          {"Wilcoxon p", true},
                          {"Better is", false}},
              .rows = {}};
  std::vector<DifferenceRow> dice;
  for (const Difference& difference : differences) {
    const metrics::Summary& summary = difference.comparison.difference;
    table.rows.push_back({text_cell(difference.region), text_cell(readable_name(difference.metric)),
                          text_cell(grouped(summary.cases)),
                          text_cell(with_interval(summary.mean, summary.mean_interval, decimals_of(difference.metric))),
                          text_cell(fixed_number(summary.median, decimals_of(difference.metric))),
                          text_cell(p_value(difference.comparison.wilcoxon.p)),
                          text_cell(difference.metric == "hd95_mm" ? "below 0" : "above 0")});
    if (difference.metric == "dice") {
      dice.push_back({.label = "region " + difference.region, .value = summary.mean, .interval = summary.mean_interval});
    }
  }
  return difference_plot("Dice: " + title, dice) + table_html(table);
}

std::string case_table(const std::vector<SegmentationResults>& sets, const CaseLabels& labels) {
  Table table{.caption = "Every case",
              .columns = {{"Case", true}, {"Predictions", false}, {"Region", false}},
              .rows = {},
              .sortable = true};
  const std::vector<std::string>& metrics = sets.front().metrics;
  for (const std::string& metric : metrics) {
    table.columns.push_back({readable_name(metric), true});
  }
  for (const SegmentationResults& set : sets) {
    for (const SegmentationRow& row : set.rows) {
      std::vector<Cell> cells{
          {.html = escaped(labels.of(row.case_name)), .value = static_cast<double>(labels.place(row.case_name))},
          text_cell(set.name),
          text_cell(row.region + (row.missing ? " (no prediction)" : ""))};
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        cells.push_back(i < row.values.size() ? number_cell(row.values[i], decimals_of(metrics[i])) : text_cell(""));
      }
      table.rows.push_back(std::move(cells));
    }
  }
  return table_html(table);
}

std::string conventions_of(const std::vector<std::string>& sentences) {
  std::string items;
  for (const std::string& sentence : sentences) {
    items += "<li>" + escaped(sentence) + "</li>";
  }
  return "<details><summary>What the figures mean</summary><ul>" + items + "</ul></details>\n";
}

} // namespace

std::string segmentation_section(const Evaluations& evaluations, const CaseLabels& labels) {
  const std::vector<SegmentationResults>& sets = evaluations.segmentations;
  if (sets.empty()) {
    return "";
  }
  std::string html =
      summary_table(sets) + "<div class=\"plots\">" + distribution(sets, "dice", metrics::Interval{.low = 0, .high = 1}) +
      distribution(sets, "hd95_mm", metrics::Interval{.low = 0, .high = 0}) +
      "</div>\n<p class=\"hint\">A dot is a case; the pale box holds the middle half of the cases; the large dot with "
      "the bar is the mean with its 95% interval.</p>\n";
  for (std::size_t i = 1; i < sets.size(); ++i) {
    html += (i == 1 ? "<h3>Paired comparison</h3>\n" : "") + comparison(sets[0], sets[i]);
  }
  html += "<h3>Cases</h3>\n" + case_table(sets, labels) + conventions_of(evaluations.conventions);
  return section_html("segmentation", "Segmentation", html);
}

} // namespace brainmvp::report
