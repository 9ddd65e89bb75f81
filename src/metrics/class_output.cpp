#include <nlohmann/json.hpp>

#include "base/text.h"
#include "metrics/class_evaluation.h"
#include "metrics/conventions.h"
#include "metrics/interval_output.h"
#include "metrics/text_table.h"

namespace brainmvp::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json cases_json(const ClassTable& table) {
  const std::vector<std::size_t> predictions = predicted_classes(table.cases);
  Json cases = Json::array();
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    Json object{{"case", table.case_names[i]},
                {"class", table.classes[table.cases.labels[i]]},
                {"predicted", table.classes[predictions[i]]}};
    for (std::size_t c = 0; c < table.classes.size(); ++c) {
      object["prob_" + table.classes[c]] = table.cases.probabilities[i * table.classes.size() + c];
    }
    cases.push_back(std::move(object));
  }
  return cases;
}

Json rows_json(const std::vector<ClassificationRow>& rows) {
  Json metrics = Json::object();
  for (const ClassificationRow& row : rows) {
    metrics[row.metric] = {{"value", row.value}, {"interval", interval_json(row.interval)}};
  }
  return metrics;
}

Json confusion_json(const ClassTable& table) {
  const std::vector<std::size_t> counts = classify_metrics(table.cases).confusion;
  Json rows = Json::array();
  for (auto row = counts.begin(); row != counts.end(); row += static_cast<std::ptrdiff_t>(table.classes.size())) {
    rows.push_back(std::vector<std::size_t>(row, row + static_cast<std::ptrdiff_t>(table.classes.size())));
  }
  return rows;
}

std::string rows_text(const std::vector<ClassificationRow>& rows) {
  TextRows table{{"metric", "value", "95% interval"}};
  for (const ClassificationRow& row : rows) {
    table.push_back({row.metric, fixed(row.value, 4), row.interval.known ? interval_text(row.interval, 4) : "none"});
  }
  return aligned_table(table, 1);
}

TextRows class_cases(const ClassTable& table) {
  TextRows rows{{"case", "class", "predicted"}};
  for (const std::string& name : table.classes) {
    rows[0].push_back("prob_" + name);
  }
  const std::vector<std::size_t> predictions = predicted_classes(table.cases);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    rows.push_back({table.case_names[i], table.classes[table.cases.labels[i]], table.classes[predictions[i]]});
    for (std::size_t c = 0; c < table.classes.size(); ++c) {
      rows.back().push_back(shortest(table.cases.probabilities[i * table.classes.size() + c]));
    }
  }
  return rows;
}

std::string class_set_text(const ClassPredictions& set, const std::string& reference) {
  const std::vector<std::string>& classes = set.table.classes;
  return set_heading(set.source, reference, set.table.case_names.size()) +
         (classes.size() == 2 ? "positive class " + classes[1] + "\n" : "") +
         (set.summary.front().interval.known ? "" : "One case of each class: no intervals\n") + rows_text(set.summary) + "\n";
}

} // namespace

std::string class_evaluation_json(const ClassEvaluation& evaluation) {
  Json root;
  const ClassTable& table = evaluation.predictions.table;
  for (const auto& [name, sentence] : classification_conventions(table.classes, evaluation.options, evaluation.bootstrap)) {
    root["conventions"][name] = sentence;
  }
  root["parameters"] = {{"predictions", evaluation.predictions.source},
                        {"reference", evaluation.reference},
                        {"calibration_bins", evaluation.options.calibration_bins},
                        {"bootstrap", evaluation.bootstrap.resamples},
                        {"seed", evaluation.bootstrap.seed}};
  root["classes"] = table.classes;
  root["cases"] = cases_json(table);
  root["summary"] = rows_json(evaluation.predictions.summary);
  root["confusion"] = confusion_json(table);
  if (evaluation.compared) {
    const WilcoxonResult& wilcoxon = evaluation.comparison.wilcoxon;
    root["comparison"] = {{"predictions", evaluation.compared->source},
                          {"cases", cases_json(evaluation.compared->table)},
                          {"summary", rows_json(evaluation.compared->summary)},
                          {"differences", rows_json(evaluation.comparison.differences)},
                          {"wilcoxon_p", wilcoxon.p},
                          {"wilcoxon_method", wilcoxon.exact ? "exact" : "normal approximation"},
                          {"zero_differences", wilcoxon.zeros}};
  }
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string class_cases_tsv(const ClassTable& table) { return tsv(class_cases(table)); }

std::string class_cases_csv(const ClassEvaluation& evaluation) {
  return csv_of_sets(evaluation, [](const ClassPredictions& set) { return class_cases(set.table); });
}

std::string class_summary_tsv(const std::vector<ClassificationRow>& rows) {
  TextRows table{{"metric", "value", "low", "high"}};
  for (const ClassificationRow& row : rows) {
    const std::vector<std::string> ends = interval_cells(row.interval);
    table.push_back({row.metric, shortest(row.value), ends[0], ends[1]});
  }
  return tsv(table);
}

std::string class_evaluation_text(const ClassEvaluation& evaluation) {
  std::string text = class_set_text(evaluation.predictions, evaluation.reference);
  if (evaluation.compared) {
    text += class_set_text(*evaluation.compared, evaluation.reference);
    text += evaluation.predictions.source + " - " + evaluation.compared->source + "\n" +
            rows_text(evaluation.comparison.differences) + "Wilcoxon p: " + p_text(evaluation.comparison.wilcoxon.p) + "\n\n";
  }
  return text;
}

} // namespace brainmvp::metrics
