// All that a benchmark writes besides its cells: results, what follows from them, and the page.
#pragma once

#include "benchmark/cells.h"
#include "benchmark/comparison.h"

namespace brainmvp::benchmark {

// Of the cells that are done so far.
Comparison write_outputs(const std::filesystem::path& folder, const std::vector<Cell>& cells, const std::string& title);

} // namespace brainmvp::benchmark
