// Where a fine-tuning starts: the weights and templates of an earlier run, or nothing.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <filesystem>
#include <string>

#include "checkpoint/checkpoint.h"
#include "finetune/options.h"
#include "model/model.h"
#include "nn/networks/backbones.h"
#include "runtime/named_tensors.h"

namespace brainmvp::finetune {

// The checkpoint that `--init` names, read once.
struct Start {
  std::filesystem::path file; // empty for kScratch
  checkpoint::Contents contents;
};

// Throws Error(kBadInput) for a file that cannot be read.
Start read_start(const std::string& init);

// Name of the checkpoint's network, or of options.network where it does not say or for kScratch. Throws Error(kUsage) when
// neither says, or both say differently.
std::string network_of(const Start& start, const RunOptions& options);

// Fills description.templates and has_template from the checkpoint: zeros for kScratch and for channels without a template.
// Throws Error(kBadInput) for templates of another voxel size than description.preparation has.
void take_templates(const Start& start, model::ModelDescription& description);

// Loads the weights and gives the list of what became of every tensor; "" for kScratch. Throws Error(kBadInput).
// `channels`: of the network. Those of a file that names its own are taken by name.
std::string take_weights(const Start& start, const nn::Backbone& backbone, checkpoint::Stem stem,
                         const std::vector<std::string>& channels, const torch::nn::Module& network);

} // namespace brainmvp::finetune
