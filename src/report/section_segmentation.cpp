#include <algorithm>
#include <array>

#include "base/counted.h"
#include "base/text.h"
#include "metrics/holm.h"
#include "report/comparisons.h"
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

// Distances of regions that are on one side only are no distances: they are counted beside the axis.
StripRow strip_of(const SegmentationResults& set, const MetricSummary& summary, std::size_t colour) {
  StripRow strip{.label = {}, .colour = colour, .values = {}, .mean = summary.mean, .interval = summary.mean_interval};
  const auto column = static_cast<std::size_t>(std::ranges::find(set.metrics, summary.metric) - set.metrics.begin());
  std::size_t outside = 0;
  for (const SegmentationRow& row : set.rows) {
    if (row.region == summary.region && column < row.values.size()) {
      if (summary.metric.ends_with("_mm") && set.has_no_distance(row)) {
        ++outside;
      } else {
        strip.values.push_back(row.values[column]);
      }
    }
  }
  if (outside > 0) {
    strip.outside = counted(outside, "case has", "cases have") + " the region on one side only: off the axis";
    if (!strip.values.empty()) {
      const metrics::Summary measured = metrics::summarise(strip.values);
      strip.mean = measured.mean;
      strip.interval = measured.mean_interval;
    }
  }
  return strip;
}

// A row a region and set, for one metric.
std::string distribution(const std::vector<SegmentationResults>& sets, const std::string& metric,
                         std::optional<metrics::Interval> at_least) {
  std::vector<StripRow> rows;
  for (const std::string& region : sets.front().regions) {
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const MetricSummary* summary = sets[i].find(region, metric);
      if (summary != nullptr) {
        rows.push_back(strip_of(sets[i], *summary, i));
        rows.back().label = "region " + region + (sets.size() > 1 ? ", " + sets[i].name : "");
      }
    }
  }
  return rows.empty()
             ? ""
             : strip_plot({.title = readable_name(metric) + " of each case", .axis = readable_name(metric)}, rows, at_least);
}

struct SetDifferences {
  std::string title;
  std::string second;
  std::vector<Difference> differences;
  std::vector<double> p; // corrected by Holm over all differences of the section
};

std::vector<SetDifferences> all_differences(const std::vector<SegmentationResults>& sets) {
  std::vector<SetDifferences> all;
  std::vector<double> p;
  for (std::size_t i = 1; i < sets.size(); ++i) {
    all.push_back({.title = sets[0].name + " minus " + sets[i].name,
                   .second = sets[i].name,
                   .differences = paired_differences(sets[0], sets[i], compared_metrics()),
                   .p = {}});
    for (const Difference& difference : all.back().differences) {
      p.push_back(difference.comparison.wilcoxon.p);
    }
  }
  const std::vector<double> corrected = metrics::holm(p);
  auto next = corrected.begin();
  for (SetDifferences& one : all) {
    const auto end = next + std::ssize(one.differences);
    one.p.assign(next, end);
    next = end;
  }
  return all;
}

std::string better_of(const Difference& difference, double p, const std::string& first, const std::string& second) {
  switch (verdict_of(difference.comparison, p, difference.metric != "hd95_mm")) {
  case Verdict::kTooFewCases:
    return "too few cases";
  case Verdict::kNotShown:
    return "not shown";
  case Verdict::kFirst:
    return first;
  case Verdict::kSecond:
    break;
  }
  return second;
}

std::string differences_table(const SetDifferences& set, const std::string& first) {
  Table table{.caption = set.title + ": paired differences over cases, p corrected (Holm)",
              .columns = {{"Region", false},
                          {"Metric", false},
                          {"Cases", true},
                          {"Mean difference", true},
                          {"Median", true},
                          {"Wilcoxon p", true},
                          {"Corrected p", true},
                          {"Better", false}},
              .rows = {}};
  for (std::size_t i = 0; i < set.differences.size(); ++i) {
    const Difference& difference = set.differences[i];
    const metrics::Summary& summary = difference.comparison.difference;
    table.rows.push_back({text_cell(difference.region), text_cell(readable_name(difference.metric)),
                          text_cell(grouped(summary.cases)),
                          text_cell(with_interval(summary.mean, summary.mean_interval, decimals_of(difference.metric))),
                          text_cell(fixed_number(summary.median, decimals_of(difference.metric))),
                          text_cell(p_value(difference.comparison.wilcoxon.p)), text_cell(p_value(set.p[i])),
                          text_cell(better_of(difference, set.p[i], first, set.second))});
  }
  return table_html(table);
}

std::string comparisons(const std::vector<SegmentationResults>& sets) {
  if (sets.size() < 2) {
    return "";
  }
  std::vector<DifferenceRow> dice;
  std::string tables;
  std::size_t tests = 0;
  for (const SetDifferences& set : all_differences(sets)) {
    if (set.differences.empty()) {
      tables += "<p>" + escaped(set.title) + ": not compared, since the two do not have the same cases and regions.</p>\n";
      continue;
    }
    tests += set.differences.size();
    tables += differences_table(set, sets[0].name);
    for (const Difference& difference : set.differences) {
      if (difference.metric == "dice") {
        const metrics::Summary& summary = difference.comparison.difference;
        dice.push_back({.label = "region " + difference.region + ", " + set.title,
                        .value = summary.mean,
                        .interval = summary.mean_interval});
      }
    }
  }
  const std::string plot =
      dice.empty() ? "" : difference_plot({.title = "Differences in Dice by region", .axis = "difference in Dice"}, dice);
  return "<h3>Paired comparison</h3>\n<p class=\"hint\">A set is only called better where the 95% interval leaves 0 out and p, "
         "corrected by Holm for the " +
         grouped(tests) +
         " tests of this section, is below 0.05. The test is one of cases, not of random seeds: trained again with another "
         "seed, the same method may do otherwise.</p>\n" +
         plot + folded("Tables of all differences", tables);
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
  html += comparisons(sets) + folded("Every case", case_table(sets, labels)) + conventions_of(evaluations.conventions);
  return section_html("segmentation", "Segmentation", html);
}

} // namespace brainmvp::report
