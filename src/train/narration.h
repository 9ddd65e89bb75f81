// What a training says of its validations and at its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "train/learner.h"
#include "train/run_checkpoint.h"

namespace brainmvp::train {

// The value that `best` follows, as people read it.
double followed_value(const Learner::Validation& validation);

// "step 60/600: dice WT 0.85, dice 0.82, the best so far", or "; best 0.83 at step 30". `state`: with this validation.
std::string validation_line(const Learner::Validation& validation, const RunState& state, std::uint64_t total_steps);

// Logs which checkpoint is best, and warns where it is of the first validation or its network predicts nothing. `best`: its file.
void tell_best(const RunState& state, std::uint64_t total_steps, const std::filesystem::path& best);

} // namespace brainmvp::train
