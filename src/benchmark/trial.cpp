#include "benchmark/trial.h"

#include <algorithm>

#include "base/exact_number.h"
#include "base/text.h"
#include "benchmark/cell_parts.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;

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

Words with_output(Words words, const fs::path& run) { return with_options(std::move(words), {"--output", run.string()}); }

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

fs::path run_of(const std::string& cell) { return folder_of(cell) / "run"; }

std::vector<std::string> tunings_of(const Trial& trial) {
  Trial first{trial.plan, trial.tuned_by, trial.tuned_by, trial.backbone, trial.task, trial.labelled};
  first.pretrain_seed = first.objective.pretrains() ? 1 : 0;
  std::vector<std::string> names;
  for (const Rates& rates : grid(trial.plan)) {
    names.push_back(tuning_name(first, rates));
  }
  return names;
}

std::uint64_t steps_of(const Trial& trial) {
  return trial.task.steps + (trial.objective.base == "scratch_long" ? trial.plan.pretrain_steps : 0);
}

std::uint64_t voxels_of(const Trial& trial) { return steps_of(trial) * trial.task.batch_size * cube(trial.task.crop); }

std::string trains_of(const Trial& trial) { return "steps of " + trial.task.name + "-" + trial.backbone; }

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

std::uint64_t validated_patients(const Trial& trial, const Words& words) {
  const auto found = std::ranges::find(words, "--validate-every");
  const std::uint64_t every = found + 1 < words.end() ? exact_number<std::uint64_t>(*(found + 1)).value_or(0) : 0;
  const std::uint64_t times = every == 0 ? 10 : (steps_of(trial) + every - 1) / every;
  return times * trial.task.validation;
}

} // namespace brainmvp::benchmark
