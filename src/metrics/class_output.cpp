#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/text.h"
#include "metrics/class_evaluation.h"
#include "metrics/conventions.h"
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
    metrics[row.metric] = {{"value", row.value}, {"interval", Json::array({row.interval.low, row.interval.high})}};
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
    table.push_back(
        {row.metric, fixed(row.value, 4), "[" + fixed(row.interval.low, 4) + ", " + fixed(row.interval.high, 4) + "]"});
  }
  return aligned_table(table, 1);
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

std::string class_cases_tsv(const ClassTable& table) {
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
  return tsv(rows);
}

std::string class_summary_tsv(const std::vector<ClassificationRow>& rows) {
  TextRows table{{"metric", "value", "low", "high"}};
  for (const ClassificationRow& row : rows) {
    table.push_back({row.metric, shortest(row.value), shortest(row.interval.low), shortest(row.interval.high)});
  }
  return tsv(table);
}

std::string class_evaluation_text(const ClassEvaluation& evaluation) {
  const std::string cases = counted(evaluation.predictions.table.case_names.size(), "case");
  std::string text = evaluation.predictions.source + " against " + evaluation.reference + ", " + cases + "\n" +
                     rows_text(evaluation.predictions.summary) + "\n";
  if (evaluation.compared) {
    text +=
        evaluation.compared->source + " against " + evaluation.reference + "\n" + rows_text(evaluation.compared->summary) + "\n";
    text += evaluation.predictions.source + " - " + evaluation.compared->source + "\n" +
            rows_text(evaluation.comparison.differences) + "Wilcoxon p: " + fixed(evaluation.comparison.wilcoxon.p, 4) + "\n\n";
  }
  return text + conventions_text(
                    classification_conventions(evaluation.predictions.table.classes, evaluation.options, evaluation.bootstrap));
}

} // namespace brainmvp::metrics
