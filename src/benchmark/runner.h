// Works on cells until all are done, together with other processes that share the folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/cells.h"
#include "benchmark/claim.h"

namespace brainmvp::benchmark {

inline constexpr const char* kRecipeName = "recipe.txt"; // of a cell that was begun

struct RunOptions {
  std::filesystem::path folder;
  std::filesystem::path program;
  std::size_t jobs = 1;    // cells at a time
  std::size_t threads = 1; // of each command
  std::string title = {};  // of the page
  Patience patience = {};
};

struct Failure {
  std::string cell;
  std::string reason;
};

struct Summary {
  std::size_t done = 0; // by anybody
  std::vector<Failure> failed;
  std::vector<Failure> not_run; // since a cell that they need failed
};

// Throws Error(kOutput) when the folder holds other files, or cells that were made otherwise than the plan now says.
void check_folder(const std::filesystem::path& folder, const std::vector<Cell>& cells);

// A cell that failed in an earlier run is tried once more; the others go on. Throws Error(kInterrupted) once what runs has
// stopped in order.
Summary run_cells(const std::vector<Cell>& cells, const RunOptions& options);

} // namespace brainmvp::benchmark
