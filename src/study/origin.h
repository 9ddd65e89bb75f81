// Whether cases were made by `brainmvp simulate`, which leaves simulation.tsv at the head of what it writes.
#pragma once

#include <filesystem>

#include "study/studies_file.h"

namespace brainmvp::study {

bool is_simulated(const Study& study);

// Of a studies file, a table or a folder; false for what is not there or cannot be read.
bool is_simulated(const std::filesystem::path& reference);

} // namespace brainmvp::study
