// Tensors by name, in an order: a state dict, parameters, losses.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace brainmvp {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

} // namespace brainmvp
