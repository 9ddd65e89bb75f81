#include "benchmark/tests_read.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "io/text_file.h"

namespace brainmvp::benchmark {
namespace {

using Json = nlohmann::ordered_json;

Setting setting_of(const Json& test) { return {test.at("backbone"), test.at("task"), test.at("labelled")}; }

// Which patients a task has, and what one is worth whom a test lacks.
struct TaskPatients {
  std::set<std::string> patients;
  double worst = 0; // of scores that are no less than 0, and of errors
};

std::map<std::string, TaskPatients> patients_of_tasks(const Json& tests) {
  std::map<std::string, TaskPatients> cohorts;
  for (const Json& test : tests) {
    TaskPatients& cohort = cohorts[test.at("task")];
    for (const Json& patient : test.at("patients")) {
      cohort.patients.insert(patient.at("patient"));
      cohort.worst = std::min(cohort.worst, patient.at("score").get<double>());
    }
  }
  return cohorts;
}

ByPatient scores_of(const Json& test, const TaskPatients& cohort) {
  std::map<std::string, double> found;
  for (const Json& patient : test.at("patients")) {
    found[patient.at("patient")] = patient.at("score");
  }
  ByPatient scores;
  for (const std::string& name : cohort.patients) {
    scores.push_back(found.contains(name) ? found[name] : cohort.worst);
  }
  return scores;
}

Tests& tests_of(AllTests& all, const Setting& setting) {
  const auto found = std::ranges::find(all.tests, setting, &Tests::setting);
  return found != all.tests.end() ? *found
                                  : all.tests.emplace_back(Tests{.setting = setting, .metric = {}, .patients = {}, .runs = {}});
}

// Hours of the cells that belong to an objective, by the beginning of their names.
double mean_hours(const Json& work, const std::string& beginning) {
  double seconds = 0;
  std::size_t cells = 0;
  for (const Json& cell : work) {
    if (cell.at("cell").get<std::string>().starts_with(beginning) && cell.at("steps") > 0) {
      seconds += cell.at("seconds").get<double>();
      ++cells;
    }
  }
  return cells == 0 ? 0 : seconds / 3600 / static_cast<double>(cells);
}

void add_to(ByPatient& sum, const ByPatient& values, double factor) {
  sum.resize(values.size());
  std::ranges::transform(sum, values, sum.begin(), [factor](double a, double b) { return a + factor * b; });
}

} // namespace

AllTests read_tests(const std::filesystem::path& results) {
  const Json root = Json::parse(io::read_text_file(results, io::kLargestList));
  AllTests all;
  const auto cohorts = patients_of_tasks(root.at("tests"));
  for (const Json& test : root.at("tests")) {
    const std::string objective = test.at("objective");
    const Setting setting = setting_of(test);
    const TaskPatients& cohort = cohorts.at(setting.task);
    if (std::ranges::count(all.objectives, objective) == 0) {
      all.objectives.push_back(objective);
    }
    Tests& tests = tests_of(all, setting);
    tests.metric = test.at("metric");
    tests.patients.assign(cohort.patients.begin(), cohort.patients.end());
    tests.runs[objective][{test.at("pretrain_seed"), test.at("finetune_seed")}] = scores_of(test, cohort);
    for (const Json& subset : test.value("subsets", Json::array())) {
      all.subsets.push_back({setting, objective, subset.at("only"), metrics::mean(scores_of(subset, cohort))});
    }
    double& hours = all.hours[{setting, objective}];
    if (hours == 0) {
      const std::string own = objective + "-" + setting.backbone + "-";
      const std::string trial = own + setting.task + "-" + std::to_string(setting.labelled) + "-";
      hours = mean_hours(root.at("work"), "pretrain-" + own) +
              std::max(mean_hours(root.at("work"), "tune-" + trial), mean_hours(root.at("work"), "test-" + trial));
    }
  }
  std::ranges::sort(all.tests, {}, &Tests::setting);
  return all;
}

Paired paired(const std::map<Seeds, ByPatient>& objective, const std::map<Seeds, ByPatient>& reference) {
  Paired result;
  for (const auto& [seeds, scores] : objective) {
    for (const auto& [others, other_scores] : reference) {
      const bool same_start = seeds.first == others.first || seeds.first == 0 || others.first == 0;
      if (seeds.second == others.second && same_start) {
        add_to(result.differences, scores, 1);
        add_to(result.differences, other_scores, -1);
        for (const double score : scores) {
          result.largest = std::max(result.largest, std::abs(score));
        }
        ++result.seeds;
      }
    }
  }
  for (double& value : result.differences) {
    value /= static_cast<double>(result.seeds);
  }
  return result;
}

ByPatient mean_of(const std::map<Seeds, ByPatient>& runs) {
  ByPatient mean;
  for (const auto& [seeds, scores] : runs) {
    add_to(mean, scores, 1 / static_cast<double>(runs.size()));
  }
  return mean;
}

} // namespace brainmvp::benchmark
