// The work of `brainmvp benchmark`.
#pragma once

#include <filesystem>
#include <string>

#include "benchmark/cells.h"

namespace brainmvp::benchmark {

struct Options {
  std::filesystem::path plan;
  std::filesystem::path folder;
  std::filesystem::path program; // that runs the cells' commands
  Places places;
  std::size_t jobs = 1;
  std::size_t threads = 1;
  bool dry_run = false; // say what it costs
};

struct Outcome {
  std::string text;     // for the terminal
  std::string failures; // "" when all was done
};

// Throws Error: kUsage (plan), kOutput (folder), kInterrupted.
Outcome run_benchmark(const Options& options);

} // namespace brainmvp::benchmark
