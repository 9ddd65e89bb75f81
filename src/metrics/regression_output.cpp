#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/text.h"
#include "metrics/conventions.h"
#include "metrics/regression_evaluation.h"
#include "metrics/text_table.h"

namespace brainmvp::metrics {
namespace {

using Json = nlohmann::ordered_json;

Json number_cases_json(const RegressionTable& table) {
  Json cases = Json::array();
  for (std::size_t i = 0; i < table.case_names.size(); ++i) {
    Json object{{"case", table.case_names[i]}};
    for (std::size_t k = 0; k < table.targets.size(); ++k) {
      object[table.targets[k] + "_true"] = table.cases[k].truth[i];
      object[table.targets[k] + "_predicted"] = table.cases[k].predicted[i];
    }
    cases.push_back(std::move(object));
  }
  return cases;
}

Json number_rows_json(const std::vector<RegressionRow>& rows) {
  Json targets = Json::object();
  for (const RegressionRow& row : rows) {
    Json& metric = targets[row.target][row.metric];
    if (row.value) {
      metric = {{"value", *row.value}, {"interval", Json::array({row.interval.low, row.interval.high})}};
    } else {
      metric = {{"value", nullptr}, {"interval", nullptr}, {"undefined", row.reason}};
    }
  }
  return targets;
}

Json comparison_json(const RegressionEvaluation& evaluation) {
  Json comparison{{"predictions", evaluation.compared->source},
                  {"cases", number_cases_json(evaluation.compared->table)},
                  {"summary", number_rows_json(evaluation.compared->summary)},
                  {"differences", number_rows_json(evaluation.comparison.differences)}};
  for (std::size_t k = 0; k < evaluation.comparison.wilcoxon.size(); ++k) {
    const WilcoxonResult& wilcoxon = evaluation.comparison.wilcoxon[k];
    comparison["wilcoxon"][evaluation.predictions.table.targets[k]] = {
        {"p", wilcoxon.p}, {"method", wilcoxon.exact ? "exact" : "normal approximation"}, {"zero_differences", wilcoxon.zeros}};
  }
  return comparison;
}

std::string number_rows_text(const std::vector<RegressionRow>& rows) {
  TextRows table{{"target", "metric", "value", "95% interval"}};
  for (const RegressionRow& row : rows) {
    const std::string interval = "[" + fixed(row.interval.low, 4) + ", " + fixed(row.interval.high, 4) + "]";
    table.push_back({row.target, row.metric, row.value ? fixed(*row.value, 4) : "undefined", row.value ? interval : row.reason});
  }
  return aligned_table(table, 2);
}

} // namespace

std::string regression_evaluation_json(const RegressionEvaluation& evaluation) {
  Json root;
  for (const auto& [name, sentence] : regression_conventions(evaluation.bootstrap)) {
    root["conventions"][name] = sentence;
  }
  root["parameters"] = {{"predictions", evaluation.predictions.source},
                        {"reference", evaluation.reference},
                        {"bootstrap", evaluation.bootstrap.resamples},
                        {"seed", evaluation.bootstrap.seed}};
  root["targets"] = evaluation.predictions.table.targets;
  root["cases"] = number_cases_json(evaluation.predictions.table);
  root["summary"] = number_rows_json(evaluation.predictions.summary);
  if (evaluation.compared) {
    root["comparison"] = comparison_json(evaluation);
  }
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string number_cases_tsv(const RegressionTable& table) {
  TextRows rows{{"case"}};
  for (const std::string& target : table.targets) {
    rows[0].insert(rows[0].end(), {target + "_true", target + "_predicted"});
  }
  for (std::size_t i = 0; i < table.case_names.size(); ++i) {
    rows.push_back({table.case_names[i]});
    for (const RegressionCases& cases : table.cases) {
      rows.back().insert(rows.back().end(), {shortest(cases.truth[i]), shortest(cases.predicted[i])});
    }
  }
  return tsv(rows);
}

std::string number_summary_tsv(const std::vector<RegressionRow>& rows) {
  TextRows table{{"target", "metric", "value", "low", "high"}};
  for (const RegressionRow& row : rows) {
    const auto cell = [&](double value) { return row.value ? shortest(value) : "NA"; };
    table.push_back({row.target, row.metric, cell(row.value.value_or(0)), cell(row.interval.low), cell(row.interval.high)});
  }
  return tsv(table);
}

std::string regression_evaluation_text(const RegressionEvaluation& evaluation) {
  const std::string cases = counted(evaluation.predictions.table.case_names.size(), "case");
  std::string text = evaluation.predictions.source + " against " + evaluation.reference + ", " + cases + "\n" +
                     number_rows_text(evaluation.predictions.summary) + "\n";
  if (evaluation.compared) {
    text += evaluation.compared->source + " against " + evaluation.reference + "\n" +
            number_rows_text(evaluation.compared->summary) + "\n";
    text += evaluation.predictions.source + " - " + evaluation.compared->source + "\n" +
            number_rows_text(evaluation.comparison.differences);
    for (std::size_t k = 0; k < evaluation.comparison.wilcoxon.size(); ++k) {
      text += "Wilcoxon p of " + evaluation.predictions.table.targets[k] + ": " + fixed(evaluation.comparison.wilcoxon[k].p, 4) +
              "\n";
    }
    text += "\n";
  }
  return text + conventions_text(regression_conventions(evaluation.bootstrap));
}

} // namespace brainmvp::metrics
