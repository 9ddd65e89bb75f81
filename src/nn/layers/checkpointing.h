// Activation checkpointing (Chen et al. 2016, arXiv 1604.06174): memory for arithmetic.
#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "nn/kernels/execution.h"

namespace brainmvp::nn {

using FunctionOfTensors = std::function<torch::Tensor(const std::vector<torch::Tensor>& inputs)>;

// function(inputs) whose backward pass computes it again instead of keeping what it would need. The function's parameters get
// their gradients as usual; it must give the same result at each call, but for what it does not do while is_recomputing() holds.
torch::Tensor checkpointed(const FunctionOfTensors& function, const std::vector<torch::Tensor>& inputs);

// function(inputs); in training, where the execution asks for it, checkpointed sample by sample, so that backward holds the
// activations of one. The first axis of inputs and result is that of the samples, which the function treats apart.
torch::Tensor forward_samples(bool is_training, const FunctionOfTensors& function, const std::vector<torch::Tensor>& inputs);

// block->forward(x), checkpointed in training where the execution asks for it.
template <class Block>
torch::Tensor forward_block(const std::shared_ptr<Block>& block, const torch::Tensor& x) {
  return current_execution().checkpoints_activations && block->is_training()
             ? checkpointed([block](const std::vector<torch::Tensor>& inputs) { return block->forward(inputs.front()); }, {x})
             : block->forward(x);
}

// Whether this thread computes a function a second time: running statistics must not move then.
bool is_recomputing();

} // namespace brainmvp::nn
