// What a run will need, said before it starts.
#pragma once

#include <cstddef>
#include <filesystem>

#include "objectives/objective.h"
#include "pretrain/options.h"
#include "runtime/precision.h"

namespace brainmvp::pretrain {

struct Needs {
  double memory_bytes = 0;     // at the peak of a step, about
  double checkpoint_bytes = 0; // of one with the optimizer's state
  double disk_bytes = 0;       // of all checkpoints, with the one that is being written
};

Needs estimate_needs(const objectives::MemoryNeeds& memory, const RunOptions& options, runtime::Precision precision);

// Logs the needs. Throws Error(kOutOfResources) when memory (on_cpu) or disk cannot hold them. `checkpoints`: the folder that
// will hold them, and perhaps earlier ones of the same run, which they replace.
void check_needs(const Needs& needs, bool on_cpu, const std::filesystem::path& checkpoints);

} // namespace brainmvp::pretrain
