#include <algorithm>
#include <utility>

#include "report/figures.h"
#include "report/html.h"
#include "report/names.h"
#include "report/sections.h"

namespace brainmvp::report {
namespace {

using metrics::RegressionRow;

std::string value_text(const RegressionRow& row) {
  return row.value ? with_interval(*row.value, row.interval) : "undefined: " + row.reason;
}

// A row a target and metric, a column a set.
std::string numbers_table(const std::vector<RegressionResults>& sets) {
  Table table{.caption = "Metrics with 95% bootstrap intervals, in the units of the table",
              .columns = {{"Target", false}, {"Metric", false}, {"Better", false}},
              .rows = {}};
  for (const RegressionResults& set : sets) {
    table.columns.push_back({set.name, true});
  }
  std::vector<std::pair<std::string, std::string>> keys; // target and metric, of any set
  for (const RegressionResults& set : sets) {
    for (const RegressionRow& row : set.summary) {
      if (std::ranges::count(keys, std::pair(row.target, row.metric)) == 0) {
        keys.emplace_back(row.target, row.metric);
      }
    }
  }
  for (const auto& [target, name] : keys) {
    const metrics::Metric* metric = metrics::find_metric(name);
    const bool low = metric != nullptr && metric->better == metrics::Better::kLower;
    std::vector<Cell> cells{text_cell(target), text_cell(readable_name(name)), text_cell(low ? "lower" : "higher")};
    for (const RegressionResults& set : sets) {
      const RegressionRow* row = set.find(target, name);
      cells.push_back(text_cell(row == nullptr ? "" : value_text(*row)));
    }
    table.rows.push_back(std::move(cells));
  }
  return table_html(table);
}

std::string scatter_of(const RegressionResults& set, std::size_t colour, std::size_t target) {
  const std::string& name = set.table.targets[target];
  const metrics::RegressionCases& cases = set.table.cases[target];
  const auto reading = [&](const char* metric, const char* label) {
    const RegressionRow* row = set.find(name, metric);
    return std::string(", ") + label + " " + (row != nullptr && row->value ? significant(*row->value, 3) : "undefined");
  };
  return scatter_plot({.title = set.name + ": predicted over true " + name,
                       .reading = "n " + grouped(cases.truth.size()) + reading("pearson_r", "r") + reading("mae", "MAE"),
                       .axes = {.x = "true " + name, .y = "predicted " + name},
                       .colour = colour,
                       .x = cases.truth,
                       .y = cases.predicted});
}

std::string numbers_difference(const RegressionResults& first, const RegressionResults& second) {
  const std::string title = first.name + " minus " + second.name;
  if (first.table.targets != second.table.targets || first.table.case_names != second.table.case_names) {
    return "<p>" + escaped(title) + ": not compared, since the two do not have the same cases and targets.</p>\n";
  }
  const auto compared = metrics::compare_numbers(first.table, second.table, {});
  Table table{.caption = title + ": paired differences with 95% intervals",
              .columns = {{"Target", false}, {"Metric", false}, {"Difference", true}},
              .rows = {}};
  for (const RegressionRow& row : compared.differences) {
    table.rows.push_back({text_cell(row.target), text_cell(readable_name(row.metric)), text_cell(value_text(row))});
  }
  std::string html = table_html(table);
  for (std::size_t k = 0; k < compared.wilcoxon.size(); ++k) {
    html += "<p>Wilcoxon signed-rank test of the absolute errors of " + escaped(first.table.targets[k]) + ": p " +
            escaped(p_value(compared.wilcoxon[k].p)) + ".</p>\n";
  }
  return html;
}

std::string number_cases(const RegressionResults& set, const CaseLabels& labels) {
  Table table{.caption = "Every case of " + set.name, .columns = {{"Case", true}}, .rows = {}, .sortable = true};
  for (const std::string& name : set.table.targets) {
    table.columns.insert(table.columns.end(), {{"True " + name, true}, {"Predicted " + name, true}, {"Error of " + name, true}});
  }
  for (std::size_t i = 0; i < set.table.case_names.size(); ++i) {
    const std::string& name = set.table.case_names[i];
    std::vector<Cell> row{{.html = escaped(labels.of(name)), .value = static_cast<double>(labels.place(name))}};
    for (const metrics::RegressionCases& cases : set.table.cases) {
      for (const double value : {cases.truth[i], cases.predicted[i], cases.predicted[i] - cases.truth[i]}) {
        row.push_back({.html = escaped(significant(value)), .value = value});
      }
    }
    table.rows.push_back(std::move(row));
  }
  return table_html(table);
}

} // namespace

std::string regression_section(const Evaluations& evaluations, const CaseLabels& labels) {
  const std::vector<RegressionResults>& sets = evaluations.regressions;
  if (sets.empty()) {
    return "";
  }
  std::string html = numbers_table(sets) + "<div class=\"plots\">\n";
  for (std::size_t i = 0; i < sets.size(); ++i) {
    for (std::size_t target = 0; target < sets[i].table.targets.size(); ++target) {
      html += scatter_of(sets[i], i, target);
    }
  }
  html += "</div>\n";
  for (std::size_t i = 1; i < sets.size(); ++i) {
    html += (i == 1 ? "<h3>Paired comparison</h3>\n" : "") + numbers_difference(sets[0], sets[i]);
  }
  std::string cases;
  for (const RegressionResults& set : sets) {
    cases += number_cases(set, labels);
  }
  return section_html("regression", "Regression", html + folded("Every case", cases));
}

} // namespace brainmvp::report
