// Where a fine-tuning starts: the weights and templates of an earlier run, or nothing.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "finetune/options.h"
#include "infer/model.h"

namespace brainmvp::finetune {

// Name of the checkpoint's network, or of options.network where it does not say or for kScratch. Throws Error(kUsage) when
// neither says, or both say differently.
std::string network_of(const RunOptions& options);

// Fills description.templates and has_template from the checkpoint: zeros for kScratch and for channels without a template.
void take_templates(const RunOptions& options, infer::ModelDescription& description);

// Loads the weights and gives the list of what became of every tensor; "" for kScratch. Throws Error(kBadInput).
std::string take_weights(const RunOptions& options, const torch::nn::Module& network);

} // namespace brainmvp::finetune
