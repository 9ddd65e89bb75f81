// Stores and machines that recipes are chosen for.
#pragma once

#include "train/automatic.h"

namespace brainmvp::test {

constexpr train::Machine kCpu{.gpu = false, .memory_bytes = 16'000'000'000};
constexpr train::Machine kGpu{.gpu = true};
const train::StoreFacts kFive{.studies = 5, .typical = {150, 180, 140}, .largest = {160, 190, 150}, .spacing_mm = 1};

} // namespace brainmvp::test
