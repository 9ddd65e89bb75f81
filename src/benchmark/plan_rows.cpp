#include "benchmark/plan_rows.h"

#include <algorithm>

#include "base/error.h"
#include "base/exact_number.h"
#include "base/text.h"
#include "settings/settings.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using settings::above;
using settings::at_least;
using settings::Slot;

constexpr const char* kHelp = "docs/how-to/benchmark.md"; // a row without help is no key

using Entries = std::vector<io::ConfigEntry>;

// Any key may stand in such a table: the command that takes the options knows them.
void add_options(settings::Settings& settings, const Entries& entries, const std::string& table, OptionRows& options) {
  for (const io::ConfigEntry& entry : entries) {
    if (entry.table == table) {
      options.emplace_back(entry.key, Words{});
      settings.add(table, {{.name = entry.key, .slot = options.back().second, .help = kHelp}});
    }
  }
}

void add_plan(settings::Settings& settings, const Entries& entries, PlanRows& rows) {
  Plan& plan = rows.plan;
  settings.add("", {{.name = "title", .slot = plan.title, .help = kHelp},
                    {.name = "objectives", .slot = rows.objective_names, .help = kHelp},
                    {.name = "backbones", .slot = plan.backbones, .help = kHelp},
                    {.name = "tasks", .slot = rows.task_names, .help = kHelp},
                    {.name = "crop", .slot = plan.crop, .help = kHelp, .range = at_least(1)},
                    {.name = "spacing", .slot = plan.spacing_mm, .help = kHelp, .range = above(0)},
                    {.name = "data_seed", .slot = plan.data_seed, .help = kHelp},
                    {.name = "test_heads", .slot = plan.test_heads, .help = kHelp, .range = at_least(1)}});
  settings.add("pretrain", {{.name = "data", .slot = plan.pretraining.data, .help = kHelp},
                            {.name = "index", .slot = plan.pretraining.index, .help = kHelp},
                            {.name = "studies", .slot = plan.pretraining_studies, .help = kHelp, .range = at_least(1)},
                            {.name = "steps", .slot = plan.pretrain_steps, .help = kHelp, .range = at_least(1)},
                            {.name = "batch_size", .slot = plan.pretrain_batch, .help = kHelp, .range = at_least(1)},
                            {.name = "seeds", .slot = plan.pretrain_seeds, .help = kHelp, .range = at_least(1)}});
  settings.add("finetune", {{.name = "seeds", .slot = plan.finetune_seeds, .help = kHelp, .range = at_least(1)},
                            {.name = "learning_rates", .slot = rows.learning_rates, .help = kHelp},
                            {.name = "encoder_rates", .slot = rows.encoder_rates, .help = kHelp}});
  add_options(settings, entries, "pretrain.simulate", rows.pretrain_simulate);
  add_options(settings, entries, "pretrain.options", rows.pretrain_options);
  add_options(settings, entries, "finetune.options", rows.finetune_options);
  add_options(settings, entries, "predict.options", rows.predict_options);
}

void add_objective(settings::Settings& settings, const Entries& entries, ObjectiveRows& rows) {
  const std::string table = "objective." + rows.name;
  settings.add(table, {{.name = "objective", .slot = rows.objective, .help = kHelp},
                       {.name = "half", .slot = Slot(rows.half).one_of({"samples", "steps"}), .help = kHelp},
                       {.name = "labelled", .slot = rows.labelled, .help = kHelp},
                       {.name = "pretrain_seeds", .slot = rows.pretrain_seeds, .help = kHelp, .range = at_least(1)},
                       {.name = "finetune_seeds", .slot = rows.finetune_seeds, .help = kHelp, .range = at_least(1)}});
  add_options(settings, entries, table + ".options", rows.options);
}

void add_task(settings::Settings& settings, const Entries& entries, TaskRows& rows) {
  const std::string table = "task." + rows.name;
  settings.add(table, {{.name = "kind", .slot = Slot(rows.kind, kind_names()), .help = kHelp},
                       {.name = "data", .slot = rows.data, .help = kHelp},
                       {.name = "index", .slot = rows.index, .help = kHelp},
                       {.name = "target", .slot = rows.target, .help = kHelp},
                       {.name = "labelled", .slot = rows.labelled, .help = kHelp},
                       {.name = "validation", .slot = rows.validation, .help = kHelp},
                       {.name = "test", .slot = rows.test, .help = kHelp},
                       {.name = "steps", .slot = rows.steps, .help = kHelp},
                       {.name = "batch_size", .slot = rows.batch_size, .help = kHelp, .range = at_least(1)},
                       {.name = "crop", .slot = rows.crop, .help = kHelp},
                       {.name = "only", .slot = rows.only, .help = kHelp}});
  add_options(settings, entries, table + ".simulate", rows.simulate);
  add_options(settings, entries, table + ".options", rows.options);
}

// The list of names at the top of a plan; each is the name of folders too.
Words listed(const fs::path& file, const Entries& entries, const std::string& key) {
  Words names;
  for (const io::ConfigEntry& entry : entries) {
    if (entry.table.empty() && entry.key == key) {
      names = io::texts_of(entry.values);
    }
  }
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  for (const std::string& name : names) {
    if (name.empty() || name.find_first_not_of(kAllowed) != std::string::npos || std::ranges::count(names, name) > 1) {
      throw Error(ExitCode::kUsage,
                  file.string() + ": " + key + ": expected names of letters, digits and _, each once, found '" + name + "'");
    }
  }
  return names;
}

// A variant that has a table but does not stand in its list would be left out without a word.
void check_tables(const fs::path& file, const Entries& entries, const std::string& kind, const Words& names) {
  for (const io::ConfigEntry& entry : entries) {
    if (!entry.table.starts_with(kind + ".")) {
      continue;
    }
    const std::string name = split(entry.table, ".").at(1);
    if (std::ranges::count(names, name) == 0) {
      throw Error(ExitCode::kUsage, file.string() + ": line " + std::to_string(entry.line) + ": [" + kind + "." + name +
                                        "] is not in the list `" + kind + "s`; add it there, or take the table out");
    }
  }
}

} // namespace

const std::vector<std::string>& kind_names() {
  static const std::vector<std::string> names{"segment", "classify", "regress"};
  return names;
}

Words words_of(const OptionRows& options) {
  Words words;
  for (const auto& [key, values] : options) {
    const bool flag = values.size() == 1 && (values[0] == "true" || values[0] == "false");
    if (flag && values[0] == "false") {
      continue;
    }
    words.push_back(settings::option_named(key));
    if (!flag && std::ranges::all_of(values, [](const std::string& value) { return exact_number<double>(value).has_value(); })) {
      words.insert(words.end(), values.begin(), values.end());
    } else if (!flag) {
      words.push_back(join(values, ",")); // lists of names are one word
    }
  }
  return words;
}

PlanRows read_rows(const fs::path& file) {
  const Entries entries = io::read_config_file(file);
  PlanRows rows;
  settings::Settings settings;
  add_plan(settings, entries, rows);
  const Words objectives = listed(file, entries, "objectives");
  const Words tasks = listed(file, entries, "tasks");
  check_tables(file, entries, "objective", objectives);
  check_tables(file, entries, "task", tasks);
  for (const std::string& name : objectives) {
    add_objective(settings, entries, rows.objectives.emplace_back(ObjectiveRows{.name = name}));
  }
  for (const std::string& name : tasks) {
    add_task(settings, entries, rows.tasks.emplace_back(TaskRows{.name = name}));
  }
  settings.read_file(file, [](std::string_view key) { return std::string(key); });
  return rows;
}

} // namespace brainmvp::benchmark
