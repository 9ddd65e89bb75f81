// Checks of a network's input and output.
#pragma once

#include <torch/types.h>

#include <string>

#include "image/affine.h"

namespace brainmvp::nn {

// Throws Error(kUsage) unless x is [B, channels, H, W, D] with each of H, W, D a multiple of `multiple`.
void check_input(const torch::Tensor& x, std::int64_t channels, std::int64_t multiple);

// Throws Error(kUsage) unless each side of --crop is above 0 and a multiple of `multiple`, as `of_what` needs it.
void check_crop(const image::Size& crop, std::int64_t multiple, const std::string& of_what);

// Throws Error(kUsage) for a crop that is one voxel in features whose voxels are that many of the crop long: a norm over voxels
// leaves nothing of them but its shift.
void check_norms(const image::Size& crop, std::int64_t stride);
// The same for the features.
void check_normed(std::int64_t voxels);

// Throws Error(kUsage) unless a network of that many input channels and outputs can be made.
void check_widths(std::int64_t channels, std::int64_t outputs);

} // namespace brainmvp::nn
