// The keys of a plan as they stand in the file.
#pragma once

#include <list>

#include "benchmark/plan.h"

namespace brainmvp::benchmark {

// A table of options of another command: each key and its values.
using OptionRows = std::list<std::pair<std::string, Words>>;
Words words_of(const OptionRows& options); // as on a command line

struct ObjectiveRows {
  std::string name;
  std::string objective = {};
  std::string half = "samples";
  Words labelled = {};
  std::optional<std::uint64_t> pretrain_seeds = {};
  std::optional<std::uint64_t> finetune_seeds = {};
  OptionRows options = {};
};

struct TaskRows {
  std::string name;
  Kind kind = Kind::kSegment;
  std::string data = {};
  std::string index = {};
  std::string target = {};
  Words labelled = {};
  std::uint64_t validation = 0;
  std::uint64_t test = 0;
  std::uint64_t steps = 0;
  std::uint64_t batch_size = 1;
  std::uint64_t crop = 0;
  Words only = {};
  OptionRows simulate = {};
  OptionRows options = {};
};

struct PlanRows {
  Plan plan; // those that need no more than their own check
  Words objective_names = {};
  Words task_names = {};
  std::list<ObjectiveRows> objectives = {};
  std::list<TaskRows> tasks = {};
  OptionRows pretrain_simulate = {};
  OptionRows pretrain_options = {};
  OptionRows finetune_options = {};
  OptionRows predict_options = {};
  Words learning_rates = {};
  Words encoder_rates = {};
};

const std::vector<std::string>& kind_names();

// Throws Error(kUsage) with file, line and key.
PlanRows read_rows(const std::filesystem::path& file);

} // namespace brainmvp::benchmark
