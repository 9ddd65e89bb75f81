// How much memory a fine-tuning will take.
#pragma once

#include <torch/nn/module.h>

#include "finetune/learner.h"

namespace brainmvp::finetune {

// Of a step or of the validation, whichever is more, in bytes.
double memory_need(const TrainingSetup& setup, const torch::nn::Module& network);

} // namespace brainmvp::finetune
