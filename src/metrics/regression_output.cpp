#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "metrics/conventions.h"
#include "metrics/interval_output.h"
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
      metric = {{"value", *row.value}, {"interval", interval_json(row.interval)}};
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
    const std::string interval = row.interval.known ? interval_text(row.interval, 4) : "none";
    table.push_back({row.target, row.metric, row.value ? fixed(*row.value, 4) : "undefined", row.value ? interval : row.reason});
  }
  return aligned_table(table, 2);
}

TextRows number_cases(const RegressionTable& table) {
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
  return rows;
}

std::string number_set_text(const NumberPredictions& set, const std::string& reference) {
  const std::size_t cases = set.table.case_names.size();
  return set_heading(set.source, reference, cases) + (cases > 1 ? "" : "One case: no intervals\n") +
         number_rows_text(set.summary) + "\n";
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

std::string number_cases_tsv(const RegressionTable& table) { return tsv(number_cases(table)); }

std::string number_cases_csv(const RegressionEvaluation& evaluation) {
  return csv_of_sets(evaluation, [](const NumberPredictions& set) { return number_cases(set.table); });
}

std::string number_summary_tsv(const std::vector<RegressionRow>& rows) {
  TextRows table{{"target", "metric", "value", "low", "high"}};
  for (const RegressionRow& row : rows) {
    const std::vector<std::string> ends = interval_cells(row.interval);
    table.push_back({row.target, row.metric, row.value ? shortest(*row.value) : "NA", ends[0], ends[1]});
  }
  return tsv(table);
}

std::string regression_evaluation_text(const RegressionEvaluation& evaluation) {
  std::string text = number_set_text(evaluation.predictions, evaluation.reference);
  if (evaluation.compared) {
    text += number_set_text(*evaluation.compared, evaluation.reference);
    text += evaluation.predictions.source + " - " + evaluation.compared->source + "\n" +
            number_rows_text(evaluation.comparison.differences);
    for (std::size_t k = 0; k < evaluation.comparison.wilcoxon.size(); ++k) {
      text +=
          "Wilcoxon p of " + evaluation.predictions.table.targets[k] + ": " + p_text(evaluation.comparison.wilcoxon[k].p) + "\n";
    }
    text += "\n";
  }
  return text;
}

} // namespace brainmvp::metrics
