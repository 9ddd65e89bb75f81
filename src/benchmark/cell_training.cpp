#include "benchmark/cell_parts.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "benchmark/scores.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

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

// For a check of its options; `store`: the place of that word.
Words with_missing_inputs(Words words, std::size_t store) {
  words[store] = kMissingInput;
  return with_output(std::move(words), kMissingInput);
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

} // namespace brainmvp::benchmark
