// How much memory a fine-tuning will take.
#pragma once

#include <torch/nn/module.h>

#include <cstddef>
#include <cstdint>

#include "finetune/learner.h"
#include "model/head.h"
#include "nn/networks/backbones.h"

namespace brainmvp::finetune {

// What the memory of a step depends on.
struct StepCost {
  const nn::Backbone& backbone;
  const model::Head& head;
  std::size_t channels = 1;
  std::size_t outputs = 1;
  std::int64_t batch_size = 1;
  bool mixed = false; // each sample is seen twice, unless it is a whole volume
  runtime::Precision precision = runtime::Precision::kFloat32;
  bool checkpoints_activations = false;
};

// Besides program and weights, in bytes.
double step_bytes(const StepCost& cost, const image::Size& window);

// Of a step or of the validation, whichever is more, in bytes.
double memory_need(const TrainingSetup& setup, const torch::nn::Module& network);

} // namespace brainmvp::finetune
