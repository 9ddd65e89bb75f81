// Intervals in files and tables; private to src/metrics. One that is not known is null, NA, or left out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "metrics/statistics.h"

namespace brainmvp::metrics {

nlohmann::ordered_json interval_json(const Interval& interval); // [low, high]

// {low, high}: two cells of a table for programs.
std::vector<std::string> interval_cells(const Interval& interval);

// "[0.700, 0.900]"; "" for none.
std::string interval_text(const Interval& interval, int decimals);

// "0.812 [0.700, 0.900]".
std::string with_interval(double value, const Interval& interval, int decimals);

} // namespace brainmvp::metrics
