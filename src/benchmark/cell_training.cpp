#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/exact_number.h"
#include "base/text.h"
#include "benchmark/cell_parts.h"
#include "benchmark/scores.h"
#include "io/text_file.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

struct Rates {
  double learning_rate;
  double encoder_rate;
};

std::vector<Rates> grid(const Plan& plan) {
  std::vector<Rates> points;
  for (const double learning : plan.learning_rates) {
    for (const double encoder : plan.encoder_rates) {
      points.push_back({learning, encoder});
    }
  }
  return points;
}

Words with_rates(const Words& words, const Rates& rates) {
  return with_options(words, {"--learning-rate", shortest(rates.learning_rate), "--encoder-rate", shortest(rates.encoder_rate)});
}

constexpr const char* kMissing = "no-such-folder";

std::uint64_t cube(std::uint64_t side) { return side * side * side; }

std::string pretrain_name(const Trial& trial) {
  return "pretrain-" + trial.objective.name + "-" + trial.backbone + "-p" + std::to_string(trial.pretrain_seed);
}

std::string trial_name(const Trial& trial) {
  const std::string seed = trial.objective.pretrains() ? "-p" + std::to_string(trial.pretrain_seed) : "";
  return trial.objective.name + "-" + trial.backbone + "-" + trial.task.name + "-" + std::to_string(trial.labelled) + seed +
         "-f" + std::to_string(trial.finetune_seed);
}

std::string tuning_name(const Trial& trial, const Rates& rates) {
  return "tune-" + trial_name(trial) + "-lr" + shortest(rates.learning_rate) + "-er" + shortest(rates.encoder_rate);
}

// The trial whose runs this one's rates are chosen from: of the first seeds.
Trial chooser(const Trial& trial) {
  Trial first{trial.plan, trial.tuned_by, trial.tuned_by, trial.backbone, trial.task, trial.labelled};
  first.pretrain_seed = first.objective.pretrains() ? 1 : 0;
  return first;
}

std::uint64_t steps_of(const Trial& trial) {
  return trial.task.steps + (trial.objective.base == "scratch_long" ? trial.plan.pretrain_steps : 0);
}

std::uint64_t voxels_of(const Trial& trial) { return steps_of(trial) * trial.task.batch_size * cube(trial.task.crop); }

std::string trains_of(const Trial& trial) { return "steps of " + trial.task.name + "-" + trial.backbone; }

fs::path run_of(const std::string& cell) { return folder_of(cell) / "run"; }

// All of a fine-tuning but its folder and rates.
Words finetuning(const Trial& trial) {
  const Task& task = trial.task;
  const fs::path store = folder_of(store_name(task, trial.labelled)) / "store";
  Words words{"finetune", name_of(task.kind), store.string()};
  if (trial.objective.pretrains()) {
    words.insert(words.end(), {"--init", (run_of(pretrain_name(trial)) / "checkpoints" / "last.pt").string()});
  } else {
    words.insert(words.end(), {"--init", "scratch", "--network", trial.backbone});
  }
  words.insert(words.end(), {"--crop", std::to_string(task.crop), "--steps", std::to_string(steps_of(trial)), "--batch-size",
                             std::to_string(task.batch_size), "--seed", std::to_string(trial.finetune_seed)});
  if (task.kind == Kind::kRegress) {
    words.insert(words.end(), {"--targets-from", (folder_of(data_name(task)) / "targets.tsv").string() + ":" + task.target});
  }
  return with_options(with_options(words, trial.plan.finetune_options), task.options);
}

// Patients that are predicted during a training: what `words` say of its validations.
std::uint64_t validated_patients(const Trial& trial, const Words& words) {
  const auto found = std::ranges::find(words, "--validate-every");
  const std::uint64_t every = found + 1 < words.end() ? exact_number<std::uint64_t>(*(found + 1)).value_or(0) : 0;
  const std::uint64_t times = every == 0 ? 10 : (steps_of(trial) + every - 1) / every;
  return times * trial.task.validation;
}

Words with_output(Words words, const fs::path& run) { return with_options(std::move(words), {"--output", run.string()}); }

// Rates at which a training diverges are rates that nobody chooses, no failure.
Json tuning_result(const Workplace& place, const Words& words, const fs::path& run, Kind kind) {
  try {
    place.train(words, run);
  } catch (const Error& error) {
    if (error.code() == ExitCode::kDiverged) {
      return {{"validation", nullptr}, {"diverged", error.message()}};
    }
    throw;
  }
  return {{"validation", best_validation(place.path(run), kind)}};
}

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

// For a check of its options; `store`: the place of that word.
Words with_missing_inputs(Words words, std::size_t store) {
  words[store] = kMissing;
  return with_output(std::move(words), kMissing);
}

struct TestCommands {
  Words predict; // without the run
  Words evaluate;
};

TestCommands test_commands(const Trial& trial, const fs::path& own) {
  const Task& task = trial.task;
  const fs::path data = folder_of(data_name(task));
  const fs::path list = data / "studies.json";
  const fs::path predictions = own / "predictions";
  const fs::path predicted = task.kind == Kind::kSegment ? predictions : predictions / "predictions.tsv";
  TestCommands commands;
  commands.predict = with_options({list.string(), "--output", predictions.string()}, trial.plan.predict_options);
  commands.evaluate = {
      "evaluate", predicted.string(), "--reference", list.string(), "--output", (own / "evaluation.json").string(), "--force"};
  if (task.kind == Kind::kSegment) {
    commands.evaluate.emplace_back("--allow-missing");
  } else if (task.kind == Kind::kClassify) {
    commands.evaluate.emplace_back("--classification");
  } else {
    commands.evaluate.insert(commands.evaluate.end(),
                             {"--regression", "--targets-from", (data / "test_targets.tsv").string() + ":" + task.target});
  }
  return commands;
}

void predict(const Workplace& place, const Words& rest, const fs::path& run) {
  Words words{"predict", run.string()};
  words.insert(words.end(), rest.begin(), rest.end());
  if (fs::exists(place.path(place.own() / "predictions"))) {
    words.emplace_back("--force");
  }
  place.run(words);
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

} // namespace

Cell pretrain_cell(const Trial& trial) {
  const Plan& plan = trial.plan;
  const Objective& objective = trial.objective;
  const std::uint64_t crops = crops_of_objectives().at(objective.base);
  const std::uint64_t steps = plan.pretrain_steps / (objective.half_samples ? 1 : crops);
  const std::uint64_t samples = plan.pretrain_batch / (objective.half_samples ? crops : 1);
  Cell cell{.name = pretrain_name(trial),
            .needs = {kPretrainingData},
            .steps = steps,
            .voxels = steps * samples * crops * cube(plan.crop)};
  cell.group = "pretrain-" + objective.name + "-" + trial.backbone;
  cell.trains = "steps of " + cell.group;
  Words words{"pretrain",     (folder_of(kPretrainingData) / "store").string(),
              "--objective",  objective.base,
              "--network",    trial.backbone,
              "--crop",       std::to_string(plan.crop),
              "--steps",      std::to_string(steps),
              "--batch-size", std::to_string(samples),
              "--seed",       std::to_string(trial.pretrain_seed),
              "--keep",       "0"};
  words = with_output(with_options(with_options(words, plan.pretrain_options), objective.options), run_of(cell.name));
  cell.recipe = join(words, " ");
  cell.check = with_missing_inputs(with_options(words, {"--seed", "1"}), 1);
  cell.work = [words, run = run_of(cell.name), steps = cell.steps, voxels = cell.voxels](const Workplace& place) {
    place.train(words, run);
    return Json{{"steps", steps}, {"voxels", voxels}}.dump() + "\n";
  };
  return cell;
}

std::vector<Cell> tuning_cells(const Trial& trial) {
  std::vector<Cell> cells;
  for (const Rates& rates : grid(trial.plan)) {
    Cell cell{.name = tuning_name(trial, rates), .needs = {store_name(trial.task, trial.labelled)}};
    if (trial.objective.pretrains()) {
      cell.needs.push_back(pretrain_name(trial));
    }
    cell.steps = steps_of(trial);
    cell.voxels = voxels_of(trial);
    cell.group = "tune-" + trial.task.name + "-" + trial.backbone;
    cell.trains = trains_of(trial);
    cell.units = validated_patients(trial, finetuning(trial));
    const Words words = with_output(with_rates(finetuning(trial), rates), run_of(cell.name));
    cell.recipe = join(words, " ");
    cell.check = with_missing_inputs(with_options(words, {"--init", "scratch", "--network", trial.backbone, "--steps", "1"}), 2);
    cell.work = [words, run = run_of(cell.name), kind = trial.task.kind](const Workplace& place) {
      return tuning_result(place, words, run, kind).dump() + "\n";
    };
    cells.push_back(std::move(cell));
  }
  return cells;
}

Cell test_cell(const Trial& trial) {
  const std::vector<Rates> points = grid(trial.plan);
  std::vector<std::string> tunings;
  std::ranges::transform(points, std::back_inserter(tunings),
                         [first = chooser(trial)](const Rates& rates) { return tuning_name(first, rates); });
  Cell cell{.name = "test-" + trial_name(trial), .needs = tunings, .is_test = true};
  cell.needs.push_back(store_name(trial.task, trial.labelled));
  if (trial.objective.pretrains()) {
    cell.needs.push_back(pretrain_name(trial));
  }
  const Words words = trial.is_tuned() ? Words{} : with_output(finetuning(trial), run_of(cell.name));
  cell.steps = trial.is_tuned() ? 0 : steps_of(trial);
  cell.voxels = trial.is_tuned() ? 0 : voxels_of(trial);
  cell.units = trial.task.test + (trial.is_tuned() ? 0 : validated_patients(trial, words));
  cell.group = "test-" + trial.task.name + "-" + trial.backbone;
  cell.trains = trains_of(trial);
  const TestCommands commands = test_commands(trial, folder_of(cell.name));
  cell.recipe = join(words, " ") + "\n" + join(tunings, " ") + "\npredict " + join(commands.predict, " ") + "\n" +
                join(commands.evaluate, " ");
  cell.check = {"predict", kMissing, kMissing, "--output", kMissing};
  cell.check = with_options(cell.check, trial.plan.predict_options);
  cell.work = [=, facts = facts_of(trial), kind = trial.task.kind, target = trial.task.target](const Workplace& place) {
    const std::size_t point = chosen_point(place, tunings);
    const fs::path run = words.empty() ? run_of(tunings[point]) : place.own() / "run";
    if (!words.empty()) {
      place.train(with_rates(words, points[point]), run);
    }
    predict(place, commands.predict, run);
    place.run(commands.evaluate);
    const TestScores scores = test_scores(place.path(place.own() / "evaluation.json"), kind, target);
    Json result = facts;
    result["learning_rate"] = points[point].learning_rate;
    result["encoder_rate"] = points[point].encoder_rate;
    result["metric"] = scores.metric;
    if (scores.auc) {
      result["auc"] = *scores.auc;
    }
    result["patients"] = json_of(scores);
    return result.dump(1) + "\n";
  };
  cell.tidy = [used = trial.is_tuned() ? tunings : std::vector<std::string>{cell.name}](const Workplace& place) {
    fs::remove_all(place.path(place.own() / "predictions"));
    remove_weights(place, used);
  };
  return cell;
}

} // namespace brainmvp::benchmark
