#include "benchmark/cell_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "benchmark/scores.h"
#include "benchmark/studies.h"
#include "io/delimited.h"
#include "io/text_file.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// The point of the grid whose validation is best, the first of several.
std::size_t chosen_point(const Workplace& place, const std::vector<std::string>& tunings) {
  std::vector<double> values;
  for (const std::string& name : tunings) {
    const Json result = Json::parse(io::read_text_file(place.path(folder_of(name) / kResultName), io::kLargestList));
    values.push_back(result.at("validation").is_null() ? -std::numeric_limits<double>::infinity()
                                                       : result["validation"].get<double>());
  }
  const auto best = std::ranges::max_element(values);
  if (std::isinf(*best)) {
    throw Error(ExitCode::kDiverged, "the training diverged at every point of the grid; add lower finetune.learning_rates");
  }
  return static_cast<std::size_t>(best - values.begin());
}

// Predicts and scores the test patients, all of whose modalities count, or only some.
struct Test {
  Words predict; // without the run
  Words evaluate;
  fs::path list; // of the studies
  fs::path predictions;
  fs::path evaluation;
  std::string only; // modalities with commas between them; empty: all
};

Test test_of(const Trial& trial, const fs::path& own, const std::string& only) {
  const Task& task = trial.task;
  const fs::path data = folder_of(data_name(task));
  const fs::path list = data / "studies.json";
  const std::string ending = only.empty() ? "" : "-" + only;
  Test test{.predict = {},
            .evaluate = {},
            .list = list,
            .predictions = own / ("predictions" + ending),
            .evaluation = own / ("evaluation" + ending + ".json"),
            .only = only};
  test.predict = with_options({list.string(), "--output", test.predictions.string()}, trial.plan.predict_options);
  if (!only.empty()) {
    test.predict = with_options(test.predict, {"--only", only});
  }
  test.evaluate = {"evaluate", test.predictions.string(), "--reference", list.string(),
                   "--output", test.evaluation.string(),  "--force"};
  if (task.kind == Kind::kSegment) {
    test.evaluate.emplace_back("--allow-missing");
  } else if (task.kind == Kind::kClassify) {
    test.evaluate.emplace_back("--classification");
  } else {
    test.evaluate.insert(test.evaluate.end(),
                         {"--regression", "--targets-from", (data / "test_targets.tsv").string() + ":" + task.target});
  }
  return test;
}

// With all modalities, and for the first seeds with the subsets that the plan names.
std::vector<Test> tests_of(const Trial& trial, const fs::path& own) {
  std::vector<Test> tests{test_of(trial, own, "")};
  if (trial.finetune_seed == 1 && trial.pretrain_seed <= 1) {
    for (const std::string& only : trial.task.only) {
      tests.push_back(test_of(trial, own, only));
    }
  }
  return tests;
}

// evaluate of classes and numbers wants a prediction of each study: those that have none are left out here, and missing in the
// results.
Words against_predicted(const Workplace& place, const Test& test) {
  const fs::path reduced = test.evaluation.string() + ".reference.json";
  const fs::path predictions = place.path(test.predictions / "predictions.tsv");
  const io::DelimitedTable table = io::read_delimited(predictions);
  const std::size_t name = io::column_of(table, "case", predictions);
  std::vector<std::string> cases;
  std::ranges::transform(table.rows, std::back_inserter(cases), [name](const auto& row) { return row[name]; });
  keep_cases(place.path(test.list), cases, place.path(reduced));
  Words words = test.evaluate;
  std::ranges::replace(words, test.list.string(), reduced.string());
  return words;
}

bool has_predictions(const fs::path& folder) {
  const fs::recursive_directory_iterator files(folder);
  return std::any_of(begin(files), end(files), [](const fs::path& file) {
    return file.filename() == "predictions.tsv" || file.filename().string().ends_with(".nii.gz");
  });
}

TestScores run_test(const Workplace& place, const Test& test, const fs::path& run, const Task& task) {
  Words words{"predict", run.string()};
  words.insert(words.end(), test.predict.begin(), test.predict.end());
  if (fs::exists(place.path(test.predictions))) {
    words.emplace_back("--force");
  }
  try {
    place.run(words);
  } catch (const Error& error) { // a patient who cannot be predicted is missing; the others count
    if (error.code() != ExitCode::kBadInput || !fs::exists(place.path(test.predictions))) {
      throw;
    }
  }
  if (!has_predictions(place.path(test.predictions))) {
    if (!test.only.empty()) {
      return {}; // every patient is missing
    }
    throw Error(ExitCode::kBadInput, test.list.string() + ": none of its patients could be predicted");
  }
  try {
    place.run(task.kind == Kind::kSegment ? test.evaluate : against_predicted(place, test));
  } catch (const Error& error) { // evaluate wants two classes, which the few that could be predicted may not have
    if (error.code() != ExitCode::kBadInput || task.kind != Kind::kClassify) {
      throw;
    }
    const fs::path list = place.path(test.list);
    return by_patient(class_scores(place.path(test.predictions / "predictions.tsv"), classes_in(list)), patients_in(list));
  }
  return by_patient(test_scores(place.path(test.evaluation), task.kind, task.target), patients_in(place.path(test.list)));
}

Json json_of(const TestScores& scores) {
  Json rows = Json::array();
  for (const Patient& patient : scores.patients) {
    Json row{{"patient", patient.name}, {"score", patient.score}};
    const auto add = [&row](const char* name, const std::optional<double>& value) {
      if (value) {
        row[name] = *value;
      }
    };
    add("hd95_mm", patient.hd95_mm);
    add("truth", patient.truth);
    add("predicted", patient.predicted);
    rows.push_back(std::move(row));
  }
  return rows;
}

// The parts of a result that say how the test went.
Json outcome_of(const TestScores& scores) {
  Json outcome{{"metric", scores.metric}};
  if (scores.auc) {
    outcome["auc"] = *scores.auc;
  }
  outcome["patients"] = json_of(scores);
  return outcome;
}

Json facts_of(const Trial& trial) {
  return {{"objective", trial.objective.name},    {"backbone", trial.backbone}, {"task", trial.task.name},
          {"kind", name_of(trial.task.kind)},     {"labelled", trial.labelled}, {"pretrain_seed", trial.pretrain_seed},
          {"finetune_seed", trial.finetune_seed}, {"steps", steps_of(trial)},   {"voxels", voxels_of(trial)}};
}

void remove_weights(const Workplace& place, const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) {
    std::error_code error;
    fs::remove_all(place.path(run_of(cell) / "checkpoints"), error);
  }
}

std::string recipe_of(const Words& training, const std::vector<std::string>& tunings, const std::vector<Test>& tests) {
  std::string recipe = join(training, " ") + "\n" + join(tunings, " ");
  for (const Test& test : tests) {
    recipe += "\npredict " + join(test.predict, " ") + "\n" + join(test.evaluate, " ");
  }
  return recipe;
}

} // namespace

Cell test_cell(const Trial& trial) {
  const std::vector<std::string> tunings = tunings_of(trial);
  Cell cell{.name = "test-" + trial_name(trial), .needs = tunings, .is_test = true};
  cell.needs.push_back(store_name(trial.task, trial.labelled));
  if (trial.objective.pretrains()) {
    cell.needs.push_back(pretrain_name(trial));
  }
  const bool trains = !trial.is_tuned();
  const Words training = trains ? with_output(finetuning(trial), run_of(cell.name)) : Words{};
  const std::vector<Test> tests = tests_of(trial, folder_of(cell.name));
  cell.steps = trains ? steps_of(trial) : 0;
  cell.voxels = trains ? voxels_of(trial) : 0;
  cell.units = trial.task.test * tests.size() + (trains ? validated_patients(trial, training) : 0);
  cell.group = "test-" + trial.task.name + "-" + trial.backbone;
  cell.trains = trains_of(trial);
  cell.recipe = recipe_of(training, tunings, tests);
  cell.check = with_options({"predict", kMissingInput, kMissingInput, "--output", kMissingInput}, trial.plan.predict_options);
  cell.work = [=, points = grid(trial.plan), facts = facts_of(trial), task = trial.task](const Workplace& place) {
    const std::size_t point = chosen_point(place, tunings);
    const fs::path run = run_of(trains ? place.own().filename().string() : tunings[point]);
    if (trains) {
      place.train(with_rates(training, points[point]), run);
    }
    Json result = facts;
    result["learning_rate"] = points[point].learning_rate;
    result["encoder_rate"] = points[point].encoder_rate;
    for (const Test& test : tests) {
      Json outcome = outcome_of(run_test(place, test, run, task));
      if (test.only.empty()) {
        result.update(outcome);
      } else {
        outcome["only"] = test.only;
        result["subsets"].push_back(std::move(outcome));
      }
    }
    return result.dump(1) + "\n";
  };
  cell.tidy = [tests, used = trains ? std::vector<std::string>{cell.name} : tunings](const Workplace& place) {
    for (const Test& test : tests) {
      fs::remove_all(place.path(test.predictions));
    }
    remove_weights(place, used);
  };
  return cell;
}

} // namespace brainmvp::benchmark
