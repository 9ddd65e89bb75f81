// Arithmetic of a UniFormer, counted from its sizes: multiplications and additions of convolutions, linear layers and attention.
#pragma once

#include <array>
#include <cstdint>

#include "nn/networks/uniformer.h"

namespace brainmvp::bench {

// One forward pass of one sample of `size` voxels, each side a multiple of 16. A training step takes three times as many.
double reconstruction_flops(const nn::UniFormerOptions& options, const std::array<std::int64_t, 3>& size);
double segmentation_flops(const nn::UniFormerOptions& options, std::int64_t outputs, const std::array<std::int64_t, 3>& size);

// A depthwise convolution of one sample, forward.
double depthwise_flops(std::int64_t channels, std::int64_t kernel, const std::array<std::int64_t, 3>& size);

} // namespace brainmvp::bench
