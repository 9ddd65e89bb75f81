// A pre-training run: from a store to an encoder and templates.
#pragma once

#include "pretrain/options.h"

namespace brainmvp::pretrain {

// Trains until the schedule ends, `session.stop_after` is reached, or a signal comes: then Error(kInterrupted) follows the
// checkpoint. Throws Error(kDiverged) for a loss or a gradient that is not finite, naming the studies; the last checkpoint stays.
void run_pretraining(const RunOptions& options);

} // namespace brainmvp::pretrain
