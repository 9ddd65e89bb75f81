// The results of a benchmark: results.tsv, a row a tested cell and patient, and results.json, which has the facts of the cells
// too.
#pragma once

#include <filesystem>
#include <vector>

#include "benchmark/cells.h"

namespace brainmvp::benchmark {

inline constexpr const char* kResultsName = "results.json";
inline constexpr const char* kSecondsName = "seconds.txt"; // of a cell's folder: what all attempts took

// 0 where nothing is known.
double seconds_of(const std::filesystem::path& cell_folder);

// Of the cells that are done, in order. What does not depend on the machine is in the TSV.
void write_results(const std::filesystem::path& folder, const std::vector<Cell>& cells);

} // namespace brainmvp::benchmark
