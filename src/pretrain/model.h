// What pre-training learns: the network and the templates.
#pragma once

#include <torch/types.h>

#include <memory>

#include "checkpoint/checkpoint.h"
#include "nn/network.h"
#include "train/adamw.h"

namespace brainmvp::pretrain {

struct Model {
  torch::Tensor templates; // [8, Ht, Wt, Dt], raw
  std::shared_ptr<nn::ReconstructionNetwork> network;
};

// What the optimizer changes, the templates first.
train::NamedTensors parameters_of(const Model& model);

// Every tensor under its name in a checkpoint, detached: shared storage on the model's device.
checkpoint::Weights weights_of(const Model& model);

} // namespace brainmvp::pretrain
