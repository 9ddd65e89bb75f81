// A network that sees windows, over a whole study.
#pragma once

#include <vector>

#include "network.h"
#include "study.h"

namespace example {

// Probabilities of the study's prepared grid, a volume an output: windows overlap, and are averaged with Gaussian weights.
std::vector<Volume> blended(const Study& study, const Json& record, Network& network);

} // namespace example
