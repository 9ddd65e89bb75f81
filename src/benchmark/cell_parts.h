// The cells of each kind, and their names.
#pragma once

#include "benchmark/cells.h"

namespace brainmvp::benchmark {

std::string data_name(const Task& task);
std::string store_name(const Task& task, std::uint64_t labelled);
inline constexpr const char* kAnatomyCell = "anatomy";
inline constexpr const char* kPretrainingData = "data-pretraining";

Cell anatomy_cell(const Plan& plan, const Places& places);
Cell pretraining_data_cell(const Plan& plan, const Places& places);
Cell data_cell(const Plan& plan, const Task& task, const Places& places);
Cell store_cell(const Plan& plan, const Task& task, std::uint64_t labelled);

// One training and its test.
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

Cell pretrain_cell(const Trial& trial);
std::vector<Cell> tuning_cells(const Trial& trial); // one a point of the grid
Cell test_cell(const Trial& trial);

} // namespace brainmvp::benchmark
