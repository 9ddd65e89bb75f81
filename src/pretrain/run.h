// A pre-training run: from a store to an encoder and templates.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pretrain/recipes.h"
#include "train/session_options.h"

namespace brainmvp::pretrain {

struct RunOptions {
  train::SessionOptions session;
  std::filesystem::path store;
  Recipe recipe;           // with everything that was overridden
  std::uint64_t steps = 0; // optimizer steps of the schedule; 0: recipe.epochs over the store
  std::string init;        // checkpoint whose weights the run starts from
};

// Trains until the schedule ends, `session.stop_after` is reached, or a signal comes: then Error(kInterrupted) follows the
// checkpoint. Throws Error(kDiverged) for a loss or a gradient that is not finite, naming the studies; the last checkpoint stays.
void run_pretraining(const RunOptions& options);

} // namespace brainmvp::pretrain
