// Whether cases were made by `brainmvp simulate`, which leaves simulation.tsv at the head of what it writes.
#pragma once

#include <filesystem>
#include <vector>

namespace brainmvp::report {

// Of a studies file, a table or a folder; false for what is not there or cannot be read.
bool is_simulated(const std::filesystem::path& reference);

// The first that is there of a path as `evaluate` was given it: in this folder, or in one that holds `file` or its folder.
std::filesystem::path found_near(const std::filesystem::path& path, const std::filesystem::path& file);

} // namespace brainmvp::report
