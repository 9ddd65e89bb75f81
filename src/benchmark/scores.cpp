#include "benchmark/scores.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "io/delimited.h"
#include "io/text_file.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kClassMetric = "true_class_probability";

std::vector<Patient> segmented(const Json& cases) {
  std::vector<Patient> patients;
  std::vector<double> regions;
  for (const Json& row : cases) {
    const std::string name = row.at("case");
    auto found = std::ranges::find(patients, name, &Patient::name);
    if (found == patients.end()) {
      patients.push_back({.name = name, .hd95_mm = 0});
      regions.push_back(0);
      found = patients.end() - 1;
    }
    found->score += row.at("dice").get<double>();
    *found->hd95_mm += row.at("hd95_mm").get<double>();
    ++regions[static_cast<std::size_t>(found - patients.begin())];
  }
  for (std::size_t i = 0; i < patients.size(); ++i) {
    patients[i].score /= regions[i];
    *patients[i].hd95_mm /= regions[i];
  }
  return patients;
}

std::vector<Patient> classified(const Json& evaluation) {
  std::vector<Patient> patients;
  const std::vector<std::string> classes = evaluation.at("classes");
  for (const Json& row : evaluation.at("cases")) {
    const std::string truth = row.at("class");
    patients.push_back({.name = row.at("case"), .score = row.at("prob_" + truth)});
    if (classes.size() == 2) {
      patients.back().truth = truth == classes[1] ? 1 : 0;
      patients.back().predicted = row.at("prob_" + classes[1]).get<double>();
    }
  }
  return patients;
}

std::vector<Patient> measured(const Json& cases, const std::string& target) {
  std::vector<Patient> patients;
  for (const Json& row : cases) {
    const double truth = row.at(target + "_true");
    const double predicted = row.at(target + "_predicted");
    patients.push_back({.name = row.at("case"), .score = -std::abs(predicted - truth), .truth = truth, .predicted = predicted});
  }
  return patients;
}

} // namespace

double best_validation(const fs::path& run, Kind kind) {
  const std::string name = kind == Kind::kSegment ? "validation_dice" : "validation_loss";
  std::optional<double> best;
  for (const std::string& line : split(io::read_text_file(run / "metrics.jsonl", io::kLargestTable), "\n")) {
    const Json row = Json::parse(line, nullptr, false);
    if (row.is_object() && row.contains(name)) {
      const double value = (kind == Kind::kSegment ? 1 : -1) * row[name].get<double>();
      best = std::max(best.value_or(value), value);
    }
  }
  if (!best) {
    throw Error(ExitCode::kBadInput, (run / "metrics.jsonl").string() + ": has no " + name + ", by which rates are chosen");
  }
  return *best;
}

TestScores test_scores(const fs::path& evaluation, Kind kind, const std::string& target) {
  const Json root = Json::parse(io::read_text_file(evaluation, io::kLargestList));
  if (kind == Kind::kSegment) {
    return {.metric = "dice", .patients = segmented(root.at("cases"))};
  }
  if (kind == Kind::kRegress) {
    return {.metric = "negative_absolute_error", .patients = measured(root.at("cases"), target)};
  }
  TestScores scores{.metric = kClassMetric, .patients = classified(root)};
  if (const Json& summary = root.at("summary"); summary.contains("auc")) {
    scores.auc = summary["auc"].at("value").get<double>();
  }
  return scores;
}

TestScores class_scores(const fs::path& predictions, const std::map<std::string, std::string>& class_of) {
  const io::DelimitedTable table = io::read_delimited(predictions);
  const std::size_t name = io::column_of(table, "case", predictions);
  TestScores scores{.metric = kClassMetric, .patients = {}};
  for (const std::vector<std::string>& row : table.rows) {
    const auto column = std::ranges::find(table.head, "prob_" + class_of.at(row[name]));
    const bool known = column != table.head.end(); // a class that the training had none of
    scores.patients.push_back(
        {.name = row[name], .score = known ? std::stod(row[static_cast<std::size_t>(column - table.head.begin())]) : 0});
  }
  return scores;
}

TestScores by_patient(const TestScores& cases, const std::map<std::string, std::string>& patient_of) {
  TestScores scores{.metric = cases.metric, .patients = {}, .auc = cases.auc};
  std::vector<double> counts;
  for (const Patient& one : cases.patients) {
    const std::string& name = patient_of.at(one.name);
    const auto found = std::ranges::find(scores.patients, name, &Patient::name);
    if (found == scores.patients.end()) {
      scores.patients.push_back(one);
      scores.patients.back().name = name;
      counts.push_back(1);
      continue;
    }
    const double share = 1 / ++counts[static_cast<std::size_t>(found - scores.patients.begin())];
    const auto add = [share](double& mean, double value) { mean += (value - mean) * share; };
    add(found->score, one.score);
    for (const auto member : {&Patient::hd95_mm, &Patient::truth, &Patient::predicted}) {
      if ((*found).*member) {
        add(*((*found).*member), *(one.*member));
      }
    }
  }
  return scores;
}

} // namespace brainmvp::benchmark
