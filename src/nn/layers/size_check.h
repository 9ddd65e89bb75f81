// Checks of a network's input and output.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// Throws Error(kUsage) unless x is [B, channels, H, W, D] with each of H, W, D a multiple of `multiple`.
void check_input(const torch::Tensor& x, std::int64_t channels, std::int64_t multiple);

// Throws Error(kUsage) unless a network of that many input channels and outputs can be made.
void check_widths(std::int64_t channels, std::int64_t outputs);

} // namespace brainmvp::nn
