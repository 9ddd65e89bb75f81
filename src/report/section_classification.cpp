#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/text.h"
#include "metrics/curves.h"
#include "report/charts.h"
#include "report/html.h"
#include "report/names.h"
#include "report/sections.h"

namespace brainmvp::report {
namespace {

// Scores of one class, and which cases are of it.
struct OneClass {
  std::vector<double> scores;
  std::vector<bool> positive;
};

OneClass one_class(const metrics::ClassTable& table, std::size_t index) {
  OneClass one;
  for (std::size_t i = 0; i < table.cases.labels.size(); ++i) {
    one.scores.push_back(table.cases.probabilities[i * table.classes.size() + index]);
    one.positive.push_back(table.cases.labels[i] == index);
  }
  return one;
}

PageData diagonal() { return {{"label", "chance"}, {"colour", 7}, {"x", {0, 1}}, {"y", {0, 1}}, {"dash", true}}; }

// A curve a set and class; of two classes that of the positive one alone.
PageData roc_curves(const std::vector<ClassResults>& sets) {
  PageData curves = PageData::array();
  for (const ClassResults& set : sets) {
    const metrics::ClassTable& table = set.table;
    for (std::size_t c = table.classes.size() == 2 ? 1 : 0; c < table.classes.size(); ++c) {
      const OneClass one = one_class(table, c);
      const auto positives = std::ranges::count(one.positive, true);
      if (positives == 0 || positives == std::ssize(one.positive)) {
        continue;
      }
      PageData curve{{"label", set.name + ": " + table.classes[c]}, {"colour", curves.size()}};
      for (const metrics::RocPoint& point : metrics::roc_curve(one.scores, one.positive)) {
        curve["x"].push_back(point.false_positive_rate);
        curve["y"].push_back(point.true_positive_rate);
      }
      curves.push_back(std::move(curve));
    }
  }
  curves.push_back(diagonal());
  return curves;
}

// Fewer cases, fewer bins: each is to hold about as many cases as there are bins.
std::size_t bins_of(const ClassResults& set) {
  const double root = std::round(std::sqrt(static_cast<double>(set.table.case_names.size())));
  return std::clamp<std::size_t>(static_cast<std::size_t>(root), 1, set.calibration_bins);
}

PageData calibration_curves(const std::vector<ClassResults>& sets) {
  PageData curves = PageData::array();
  for (const ClassResults& set : sets) {
    PageData curve{{"label", set.name}, {"colour", curves.size()}, {"points", true}};
    for (const metrics::CalibrationBin& bin : metrics::even_calibration_curve(set.table.cases, bins_of(set))) {
      curve["x"].push_back(bin.confidence);
      curve["y"].push_back(bin.accuracy);
    }
    curves.push_back(std::move(curve));
  }
  curves.push_back(diagonal());
  curves.back()["label"] = "perfect calibration";
  return curves;
}

std::string bins_text(const std::vector<ClassResults>& sets) {
  std::vector<std::string> parts;
  for (const ClassResults& set : sets) {
    parts.push_back(set.name + ": " + counted(bins_of(set), "bin") + " of " + counted(set.table.case_names.size(), "case"));
  }
  return escaped(join(parts, "; "));
}

std::string metrics_table(const std::vector<ClassResults>& sets) {
  Table table{.caption = "Metrics with 95% bootstrap intervals", .columns = {{"Metric", false}}, .rows = {}};
  for (const ClassResults& set : sets) {
    table.columns.push_back({set.name, true});
  }
  for (const metrics::ClassificationRow& first : sets.front().summary) {
    std::vector<Cell> row{text_cell(readable_name(first.metric))};
    for (const ClassResults& set : sets) {
      const auto found = std::ranges::find(set.summary, first.metric, &metrics::ClassificationRow::metric);
      row.push_back(text_cell(found == set.summary.end() ? "" : with_interval(found->value, found->interval)));
    }
    table.rows.push_back(std::move(row));
  }
  return table_html(table);
}

std::string confusion_table(const ClassResults& set) {
  const auto counts = metrics::classify_metrics(set.table.cases).confusion;
  const std::vector<std::string>& classes = set.table.classes;
  Table table{.caption = "Confusion of " + set.name + ": reference in rows, prediction in columns",
              .columns = {{"Reference", false}},
              .rows = {}};
  for (std::size_t row = 0; row < classes.size(); ++row) {
    table.columns.push_back({classes[row], true});
    table.rows.push_back({text_cell(classes[row])});
    for (std::size_t column = 0; column < classes.size(); ++column) {
      table.rows.back().push_back(text_cell(grouped(counts[row * classes.size() + column])));
    }
  }
  return table_html(table);
}

std::string difference_table(const ClassResults& first, const ClassResults& second) {
  const metrics::ClassTable& a = first.table;
  const metrics::ClassTable& b = second.table;
  const std::string title = first.name + " minus " + second.name;
  if (a.classes != b.classes || a.case_names != b.case_names || a.cases.labels != b.cases.labels) {
    return "<p>" + escaped(title) + ": not compared, since the two do not have the same cases and classes.</p>\n";
  }
  const auto compared = metrics::compare_classes(a.cases, b.cases, {.calibration_bins = first.calibration_bins}, {});
  Table table{.caption = title + ": paired differences with 95% intervals",
              .columns = {{"Metric", false}, {"Difference", true}},
              .rows = {}};
  for (const metrics::ClassificationRow& row : compared.differences) {
    table.rows.push_back({text_cell(readable_name(row.metric)), text_cell(with_interval(row.value, row.interval))});
  }
  return table_html(table) + "<p>Wilcoxon signed-rank test of the probabilities given to the true class: p " +
         escaped(p_value(compared.wilcoxon.p)) + ".</p>\n";
}

std::string class_cases(const std::vector<ClassResults>& sets, const CaseLabels& labels) {
  std::string html;
  for (const ClassResults& set : sets) {
    Table table{.caption = "Every case of " + set.name,
                .columns = {{"Case", true}, {"Class", false}, {"Predicted", false}, {"Right", false}},
                .rows = {},
                .sortable = true};
    for (const std::string& name : set.table.classes) {
      table.columns.push_back({"Probability of " + name, true});
    }
    const auto predicted = metrics::predicted_classes(set.table.cases);
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      const std::string& name = set.table.case_names[i];
      const std::size_t label = set.table.cases.labels[i];
      std::vector<Cell> row{{.html = escaped(labels.of(name)), .value = static_cast<double>(labels.place(name))},
                            text_cell(set.table.classes[label]),
                            text_cell(set.table.classes[predicted[i]]),
                            text_cell(predicted[i] == label ? "yes" : "no")};
      for (std::size_t c = 0; c < set.table.classes.size(); ++c) {
        row.push_back(number_cell(set.table.cases.probabilities[i * set.table.classes.size() + c], 3));
      }
      table.rows.push_back(std::move(row));
    }
    html += table_html(table);
  }
  return html;
}

} // namespace

std::string classification_section(const Evaluations& evaluations, const CaseLabels& labels, PageData& charts) {
  const std::vector<ClassResults>& sets = evaluations.classes;
  if (sets.empty()) {
    return "";
  }
  std::string html =
      metrics_table(sets) + "<div class=\"charts square\">\n" +
      chart_place("ROC", {.x = "false positive rate", .y = "true positive rate"}, roc_curves(sets), charts) +
      chart_place("Calibration", {.x = "confidence", .y = "share that is right"}, calibration_curves(sets), charts) +
      "</div>\n<p class=\"hint\">Calibration: the cases of a set in order of confidence, in bins of equal numbers of "
      "cases (" +
      bins_text(sets) + "); a point is the mean of a bin.</p>\n";
  for (const ClassResults& set : sets) {
    html += confusion_table(set);
  }
  for (std::size_t i = 1; i < sets.size(); ++i) {
    html += (i == 1 ? "<h3>Paired comparison</h3>\n" : "") + difference_table(sets[0], sets[i]);
  }
  return section_html("classification", "Classification", html + folded("Every case", class_cases(sets, labels)));
}

} // namespace brainmvp::report
