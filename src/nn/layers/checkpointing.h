// Activation checkpointing (Chen et al. 2016, arXiv 1604.06174): memory for arithmetic.
#pragma once

#include <torch/types.h>

#include <functional>

namespace brainmvp::nn {

// function(x) whose backward pass computes it again instead of keeping what it would need. The function's parameters get their
// gradients as usual; it must give the same result at each call, but for what it does not do while is_recomputing() holds.
torch::Tensor checkpointed(const std::function<torch::Tensor(const torch::Tensor&)>& function, const torch::Tensor& x);

// Whether this thread computes a function a second time: running statistics must not move then.
bool is_recomputing();

} // namespace brainmvp::nn
