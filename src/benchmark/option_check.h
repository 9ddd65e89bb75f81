// Options that a plan passes on to other commands, checked before anything runs.
#pragma once

#include <filesystem>
#include <vector>

#include "benchmark/cells.h"

namespace brainmvp::benchmark {

// Asks each command about the options of cells that were not begun in `folder`. Throws Error(kUsage) with the command's own
// words.
void check_options(const std::filesystem::path& folder, const std::filesystem::path& program, const std::vector<Cell>& cells);

} // namespace brainmvp::benchmark
