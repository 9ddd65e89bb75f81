// What a plan will cost: `brainmvp benchmark --dry-run`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "benchmark/runner.h"

namespace brainmvp::benchmark {

// Of the cells of one group.
struct Cost {
  double step_seconds = 0;
  double unit_seconds = 0; // a unit is what Cell::units counts
  double unit_bytes = 0;   // of disk that stays
};
using Costs = std::map<std::string, Cost>;

// From the cells that are done in `folder`, and the seconds that a command takes to start.
Costs costs_of(const std::filesystem::path& folder, const std::vector<Cell>& cells, double start_seconds);

// The plan with a handful of patients and steps, whose cells show what those of the plan cost.
Plan miniature(const Plan& plan);

// Of a miniature's cells those that are needed to know groups that `known` lacks.
std::vector<Cell> measuring_cells(const std::vector<Cell>& cells, const Costs& known);

// A table by group, with sums.
std::string estimate_text(const std::filesystem::path& folder, const std::vector<Cell>& cells, const Costs& costs,
                          double start_seconds, std::size_t jobs);

// All of it: reads what is measured in options.folder, and measures the rest beside it.
std::string dry_run(const Plan& plan, const Places& places, const std::vector<Cell>& cells, const RunOptions& options);

} // namespace brainmvp::benchmark
