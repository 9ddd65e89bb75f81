// The results of a benchmark as one self-contained HTML page.
#pragma once

#include <string>

#include "benchmark/comparison.h"

namespace brainmvp::benchmark {

// Tables of tasks x objectives, forests of differences, label-efficiency curves, scores against hours, and ranks. UTF-8.
std::string comparison_page(const Comparison& comparison, const std::string& title);

} // namespace brainmvp::benchmark
