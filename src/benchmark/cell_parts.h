// The cells of each kind, and their names.
#pragma once

#include "benchmark/cells.h"
#include "benchmark/trial.h"

namespace brainmvp::benchmark {

std::string data_name(const Task& task);
std::string store_name(const Task& task, std::uint64_t labelled);
inline constexpr const char* kAnatomyCell = "anatomy";
inline constexpr const char* kPretrainingData = "data-pretraining";

// Whether simulated patients have label maps of the user's.
bool has_folder_of_maps(const Places& places);

Cell anatomy_cell(const Plan& plan, const Places& places);
Cell pretraining_data_cell(const Plan& plan, const Places& places);
Cell data_cell(const Plan& plan, const Task& task, const Places& places);
Cell store_cell(const Plan& plan, const Task& task, std::uint64_t labelled);

Cell pretrain_cell(const Trial& trial);
std::vector<Cell> tuning_cells(const Trial& trial); // one a point of the grid
Cell test_cell(const Trial& trial);

} // namespace brainmvp::benchmark
