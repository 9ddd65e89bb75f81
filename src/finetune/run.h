// A fine-tuning run: from a store and a pre-trained encoder to a model.
#pragma once

#include "finetune/options.h"
#include "finetune/start.h"

namespace brainmvp::finetune {

// Trains from `start`, which options.init names, until the schedule ends, `stop_after` is reached, or a signal comes: then
// Error(kInterrupted) follows the checkpoint. Studies that cannot be used (no label or class, none of the channels) are left out
// and named. Throws Error(kNothingFound) when none is left, Error(kBadInput) for label values that the table does not declare,
// Error(kDiverged) as pre-training does.
void run_finetuning(const RunOptions& options, Start start);

} // namespace brainmvp::finetune
