// Whole volumes brought to the size of a classifier's input.
#pragma once

#include <torch/types.h>

#include "image/volume.h"
#include "model/model.h"

namespace brainmvp::infer {

// A volume as a view [H, W, D] of its values (k of the volume is D): nothing is copied, so the volume must outlive it.
torch::Tensor view_of(image::Volume& volume);

// volumes: [C, H, W, D] -> [C, size...]. kPad: zeros around, the smaller half in front, or a cut about the centre whose
// smaller half goes in front. kResize: trilinear, corners not aligned, as torch's interpolate.
torch::Tensor size_volume(const torch::Tensor& volumes, const image::Size& size, model::Sizing sizing);

} // namespace brainmvp::infer
