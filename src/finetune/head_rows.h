// The rows of heads.cpp; private to src/finetune.
#pragma once

#include "finetune/head.h"

namespace brainmvp::finetune {

// `best` follows 1 - mean Dice over the validation studies and outputs (the background left out), on the prepared grid.
std::unique_ptr<Head> segmentation_head(const RunOptions& options, const store::Store& store);

// `best` follows the cross-entropy over the validation studies; balanced accuracy and AUC are recorded too.
std::unique_ptr<Head> classification_head(const RunOptions& options, const store::Store& store);

} // namespace brainmvp::finetune
