// One fine-tuning and its test: what it trains with, and what its cells are called.
#pragma once

#include "benchmark/cells.h"

namespace brainmvp::benchmark {

struct Trial {
  const Plan& plan;
  const Objective& objective;
  const Objective& tuned_by; // whose rates it takes
  std::string backbone;
  const Task& task;
  std::uint64_t labelled = 0;
  std::uint64_t pretrain_seed = 0; // 0: of a control
  std::uint64_t finetune_seed = 1;

  // Its fine-tuning is one of those that the rates are chosen from.
  [[nodiscard]] bool is_tuned() const { return finetune_seed == 1 && pretrain_seed <= 1 && &objective == &tuned_by; }
};

struct Rates {
  double learning_rate;
  double encoder_rate;
};
std::vector<Rates> grid(const Plan& plan);
Words with_rates(const Words& words, const Rates& rates);
Words with_output(Words words, const std::filesystem::path& run);

std::string pretrain_name(const Trial& trial);
std::string trial_name(const Trial& trial);
std::string tuning_name(const Trial& trial, const Rates& rates);
std::vector<std::string> tunings_of(const Trial& trial); // whose results its rates are chosen from: of the first seeds
std::string trains_of(const Trial& trial);
std::filesystem::path run_of(const std::string& cell);

std::uint64_t cube(std::uint64_t side);
std::uint64_t steps_of(const Trial& trial);
std::uint64_t voxels_of(const Trial& trial);

// All of a fine-tuning but its folder and rates.
Words finetuning(const Trial& trial);

// Patients that are predicted during a training: what `words` say of its validations.
std::uint64_t validated_patients(const Trial& trial, const Words& words);

inline constexpr const char* kMissingInput = "no-such-folder"; // for checks of options

} // namespace brainmvp::benchmark
