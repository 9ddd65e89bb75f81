// A pre-training run: from a store to an encoder and templates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "pretrain/recipes.h"

namespace brainmvp::pretrain {

struct RunOptions {
  std::filesystem::path store;
  std::filesystem::path folder;
  std::string config;          // all that follows, as resolved TOML: written to the run and compared on resuming
  std::string program_version; // kept in checkpoints
  bool resume = false;
  bool force = false;
  std::uint64_t stop_after = 0; // ends in order when the run has so many steps; 0: at the end of the schedule

  Recipe recipe;           // with everything that was overridden
  std::uint64_t steps = 0; // optimizer steps of the schedule; 0: recipe.epochs over the store
  std::uint64_t warmup_steps = 0;
  double clip = 0; // largest norm of the gradient; 0: not clipped
  std::uint64_t checkpoint_every = 100;
  std::size_t keep = 2;                 // numbered checkpoints
  std::uint64_t log_images_every = 100; // 0: no pictures
  std::uint64_t validate_every = 0;     // 0: an epoch, but at least a hundredth of the schedule
  std::string init;                     // checkpoint whose weights the run starts from
  std::size_t loader_threads = 2;
  std::size_t threads = 1;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::string precision = "auto";
};

// Trains until the schedule ends, `stop_after` is reached, or a signal comes: then Error(kInterrupted) follows the checkpoint.
// Throws Error(kDiverged) for a loss or a gradient that is not finite, naming the studies; the last checkpoint stays.
void run_pretraining(const RunOptions& options);

} // namespace brainmvp::pretrain
