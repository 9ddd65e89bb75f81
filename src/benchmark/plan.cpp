#include "benchmark/plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/exact_number.h"
#include "base/text.h"
#include "benchmark/plan_rows.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

class Check {
public:
  explicit Check(fs::path file) : file_(std::move(file)) {}

  void that(bool holds, const std::string& key, const std::string& reason) const {
    if (!holds) {
      throw Error(ExitCode::kUsage, file_.string() + ": " + key + ": " + reason);
    }
  }

  template <class Number>
  [[nodiscard]] std::vector<Number> numbers(const std::string& key, const Words& texts) const {
    std::vector<Number> numbers;
    for (const std::string& text : texts) {
      const auto number = given_number<Number>(text);
      that(number && *number > 0, key, "expected numbers above 0, found " + text);
      numbers.push_back(*number);
    }
    return numbers;
  }

  void source(const Source& source, const std::string& table) const {
    that(source.data.empty() != source.simulate.empty(), table,
         "expected either `data`, the name of a folder that --data gives, or a table [" + table +
             ".simulate] with options of simulate");
  }

private:
  fs::path file_;
};

Objective objective_of(const ObjectiveRows& rows, const Check& check) {
  const std::string key = "objective." + rows.name;
  const auto& known = crops_of_objectives();
  Words names;
  std::ranges::transform(known, std::back_inserter(names), [](const auto& one) { return one.first; });
  const std::string base = rows.objective.empty() ? rows.name : rows.objective;
  check.that(known.contains(base), rows.objective.empty() ? "objectives" : key + ".objective",
             unknown_name("objective", base, names));
  Objective objective{.name = rows.name,
                      .base = base,
                      .half_samples = rows.half == "samples",
                      .options = words_of(rows.options),
                      .labelled = check.numbers<std::uint64_t>(key + ".labelled", rows.labelled),
                      .pretrain_seeds = rows.pretrain_seeds,
                      .finetune_seeds = rows.finetune_seeds};
  check.that(objective.pretrains() || objective.options.empty(), key + ".options",
             "are options of pretrain, which " + base + " does not run");
  return objective;
}

Task task_of(const TaskRows& rows, const Plan& plan, const Check& check) {
  const std::string key = "task." + rows.name;
  Task task{.name = rows.name,
            .kind = rows.kind,
            .source = {.data = rows.data, .simulate = words_of(rows.simulate), .index = rows.index},
            .target = rows.target,
            .labelled = check.numbers<std::uint64_t>(key + ".labelled", rows.labelled),
            .validation = rows.validation,
            .test = rows.test,
            .steps = rows.steps,
            .batch_size = rows.batch_size,
            .crop = rows.crop > 0 ? rows.crop : plan.crop,
            .only = rows.only,
            .options = words_of(rows.options)};
  check.source(task.source, key);
  check.that(!task.labelled.empty(), key + ".labelled", "is missing: numbers of labelled patients, as [4, 8, 24]");
  check.that(std::ranges::is_sorted(task.labelled, std::less_equal<>()), key + ".labelled", "expected numbers that grow");
  check.that(task.validation > 0, key + ".validation", "is missing: patients on whom rates are chosen");
  check.that(task.test > 0, key + ".test", "is missing: without test patients there is nothing to compare");
  check.that(task.steps > 0, key + ".steps", "is missing");
  check.that((task.kind == Kind::kRegress) == !task.target.empty(), key + ".target",
             "is the column of simulation.tsv that a regression learns, and nothing else has one");
  check.that(task.kind != Kind::kRegress || task.source.data.empty(), key + ".kind", "regress takes simulated patients only");
  return task;
}

void check_labelled(const Plan& plan, const Check& check) {
  for (const Objective& objective : plan.objectives) {
    for (const std::uint64_t number : objective.labelled) {
      const bool used =
          std::ranges::any_of(plan.tasks, [&](const Task& task) { return std::ranges::count(task.labelled, number) > 0; });
      check.that(used, "objective." + objective.name + ".labelled",
                 "no task has " + std::to_string(number) + " labelled patients");
    }
  }
}

} // namespace

std::string name_of(Kind kind) { return kind_names().at(static_cast<std::size_t>(kind)); }

bool Objective::pretrains() const { return crops_of_objectives().at(base) > 0; }

const std::map<std::string, std::size_t>& crops_of_objectives() {
  static const std::map<std::string, std::size_t> crops{{"brainmvp", 2}, {"genesis", 1}, {"m3ae", 1},    {"mae", 1},
                                                        {"simclr", 2},   {"simmim", 1},  {"scratch", 0}, {"scratch_long", 0}};
  return crops;
}

Plan read_plan(const fs::path& file) {
  const PlanRows rows = read_rows(file);
  const Check check(file);
  Plan plan = rows.plan;
  plan.pretrain_options = words_of(rows.pretrain_options);
  plan.finetune_options = words_of(rows.finetune_options);
  plan.predict_options = words_of(rows.predict_options);
  plan.pretraining.simulate = words_of(rows.pretrain_simulate);
  plan.learning_rates = check.numbers<double>("finetune.learning_rates", rows.learning_rates);
  plan.encoder_rates = check.numbers<double>("finetune.encoder_rates", rows.encoder_rates);
  for (const ObjectiveRows& one : rows.objectives) {
    plan.objectives.push_back(objective_of(one, check));
  }
  for (const TaskRows& one : rows.tasks) {
    plan.tasks.push_back(task_of(one, plan, check));
  }
  check.that(!plan.objectives.empty(), "objectives", "is missing: a list of their names");
  check.that(!plan.tasks.empty(), "tasks", "is missing: a list of their names, each with a table [task.NAME]");
  check.that(!plan.backbones.empty(), "backbones", "is missing: names of networks");
  check.that(plan.crop > 0, "crop", "is missing: the side of the crops in voxels");
  check.that(!plan.learning_rates.empty() && !plan.encoder_rates.empty(), "finetune",
             "learning_rates and encoder_rates are missing: the grid that every objective chooses from");
  if (std::ranges::any_of(plan.objectives, &Objective::pretrains)) {
    check.source(plan.pretraining, "pretrain");
    check.that(!plan.pretraining.data.empty() || plan.pretraining_studies > 0, "pretrain.studies", "is missing");
  }
  const bool any_long = std::ranges::any_of(plan.objectives, [](const Objective& one) { return one.base != "scratch"; });
  check.that(!any_long || plan.pretrain_steps > 0, "pretrain.steps", "is missing");
  for (const Objective& one : plan.objectives) {
    const std::uint64_t parts = one.pretrains() ? crops_of_objectives().at(one.base) : 1;
    check.that((one.half_samples ? plan.pretrain_batch : plan.pretrain_steps) % parts == 0,
               one.half_samples ? "pretrain.batch_size" : "pretrain.steps",
               "must be even for " + one.name + ", which sees two crops a sample");
  }
  check_labelled(plan, check);
  return plan;
}

} // namespace brainmvp::benchmark
