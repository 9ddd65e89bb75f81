// p values of several tests.
#pragma once

#include <vector>

namespace brainmvp::metrics {

// Corrected for their number (Holm 1979), in the order given.
std::vector<double> holm(const std::vector<double>& p);

} // namespace brainmvp::metrics
