#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/charts.h"
#include "report/comparisons.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/names.h"
#include "report/sections.h"
#include "report/statement.h"

namespace brainmvp::report {
namespace {

constexpr std::size_t kMostFigures = 4;
constexpr std::size_t kMostPairedSets = 5;
const std::string kMinusWords = " \xe2\x88\x92 ";

std::string sentences(const std::string& title, const std::vector<std::string>& all) {
  std::string items;
  for (const std::string& sentence : all) {
    items += "<li>" + escaped(sentence) + "</li>\n";
  }
  return items.empty() ? "" : "<div><h3>" + title + "</h3>\n<ul>\n" + items + "</ul></div>\n";
}

std::string dice_forest(const std::vector<SetComparison>& comparisons) {
  std::vector<DifferenceRow> rows;
  for (const SetComparison& one : comparisons) {
    rows.push_back({.label = one.first + kMinusWords + one.second + ": " + verdict_text(one) + " (p " + p_value(one.p) + ")",
                    .value = one.paired.difference.mean,
                    .interval = one.paired.difference.mean_interval});
  }
  return rows.empty() ? ""
                      : difference_plot({.title = "Differences in Dice with 95% intervals",
                                         .axis = "difference in Dice, mean over regions; right of 0 the first is higher"},
                                        rows);
}

// The sets that have all cases of the first, a row each.
std::string dice_of_pairs(const std::vector<SegmentationResults>& sets) {
  std::vector<StripRow> rows;
  std::vector<std::string> cases;
  for (std::size_t i = 0; i < sets.size() && rows.size() < kMostPairedSets; ++i) {
    const auto of_set = dice_of_cases(sets[i]);
    const std::map<std::string, double> by_name(of_set.begin(), of_set.end());
    if (i == 0) {
      std::ranges::transform(of_set, std::back_inserter(cases), &std::pair<std::string, double>::first);
    }
    if (cases.empty() || !std::ranges::all_of(cases, [&](const std::string& name) { return by_name.contains(name); })) {
      continue;
    }
    StripRow row{.label = sets[i].name, .colour = i, .values = {}, .mean = 0, .interval = {}};
    std::ranges::transform(cases, std::back_inserter(row.values), [&](const std::string& name) { return by_name.at(name); });
    const metrics::Summary summary = metrics::summarise(row.values);
    row.mean = summary.mean;
    row.interval = summary.mean_interval;
    rows.push_back(std::move(row));
  }
  const bool several = rows.size() > 1;
  return rows.empty() ? ""
                      : paired_plot({.title = several ? "Dice of each case, lines join the same case" : "Dice of each case",
                                     .axis = "Dice, mean over regions; large dots: means with 95% intervals"},
                                    rows, metrics::Interval{.low = 0, .high = 1});
}

std::string class_figure(const std::vector<ClassResults>& sets) {
  std::vector<StripRow> rows;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto row = std::ranges::find(sets[i].summary, "balanced_accuracy", &metrics::ClassificationRow::metric);
    if (row != sets[i].summary.end()) {
      rows.push_back({.label = sets[i].name, .colour = i, .values = {row->value}, .mean = row->value, .interval = row->interval});
    }
  }
  return rows.empty() ? ""
                      : strip_plot({.title = "Balanced accuracy with 95% intervals",
                                    .axis = "balanced accuracy; chance is 1 over the number of classes"},
                                   rows, metrics::Interval{.low = 0, .high = 1});
}

std::string error_figure(const std::vector<RegressionResults>& sets) {
  std::vector<StripRow> rows;
  std::string target;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    target = target.empty() && !sets[i].table.targets.empty() ? sets[i].table.targets.front() : target;
    const metrics::RegressionRow* row = sets[i].find(target, "mae");
    if (row != nullptr && row->value) {
      rows.push_back(
          {.label = sets[i].name, .colour = i, .values = {*row->value}, .mean = *row->value, .interval = row->interval});
    }
  }
  return rows.empty() ? ""
                      : strip_plot({.title = "Mean absolute error of " + target + " with 95% intervals",
                                    .axis = "mean absolute error, in the unit of " + target},
                                   rows, metrics::Interval{.low = 0, .high = 0});
}

// Without an evaluation: how the losses of runs went, a chart a kind.
std::vector<std::string> loss_figures(const std::vector<RunRecord>& runs, PageData& charts) {
  std::vector<std::string> figures;
  for (const RunKind kind : {RunKind::kPretrain, RunKind::kSegment, RunKind::kClassify, RunKind::kRegress}) {
    figures.push_back(chart_of("loss", kind_name(kind) + ": training loss", runs_of_kind(runs, kind), charts));
  }
  return figures;
}

std::string all_numbers(const std::vector<Headline>& headlines) {
  Table table{.caption = "What each evaluation and run gave",
              .columns = {{"What", false}, {"Value", false}, {"Remark", false}},
              .rows = {}};
  for (const Headline& headline : headlines) {
    table.rows.push_back({text_cell(headline.label), text_cell(headline.value), text_cell(headline.remark)});
  }
  return table.rows.empty() ? "" : folded("The same in numbers, and every run", table_html(table));
}

} // namespace

std::string summary_section(const std::vector<RunRecord>& runs, const Evaluations& evaluations,
                            const std::vector<SetComparison>& comparisons, const std::vector<Headline>& headlines,
                            PageData& charts) {
  const Statement statement = make_statement(runs, evaluations, comparisons);
  std::vector<std::string> figures{dice_forest(comparisons), dice_of_pairs(evaluations.segmentations),
                                   class_figure(evaluations.classes), error_figure(evaluations.regressions)};
  std::erase(figures, "");
  if (figures.empty()) {
    figures = loss_figures(runs, charts);
    std::erase(figures, "");
  }
  std::string drawn;
  for (std::size_t i = 0; i < std::min(figures.size(), kMostFigures); ++i) {
    drawn += figures[i];
  }
  const std::string note = comparisons.size() > 1
                               ? "<p class=\"hint\">p: Wilcoxon's signed-rank test over cases, corrected by Holm for the " +
                                     grouped(comparisons.size()) + " comparisons.</p>\n"
                               : "";
  return section_html("summary", "Summary",
                      "<p class=\"lead\">" + escaped(statement.done) + "</p>\n<div class=\"statement\">\n" +
                          sentences("This shows", statement.shown) + sentences("This does not show", statement.not_shown) +
                          "</div>\n" + (drawn.empty() ? "" : "<div class=\"plots\">\n" + drawn + "</div>\n") + note +
                          all_numbers(headlines));
}

} // namespace brainmvp::report
