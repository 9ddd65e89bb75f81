// Pictures of volumes for TensorBoard.
#pragma once

#include <torch/types.h>

#include <vector>

#include "image/slice.h"
#include "image/volume.h"
#include "io/png.h"

namespace brainmvp::objectives {

// A tensor [H, W, D] (any type and device) as a volume.
image::Volume to_volume(const torch::Tensor& tensor, const image::Affine& affine);

// First channel of the first sample of each batch [B, C, H, W, D], one a column: its middle axial, coronal and sagittal slice
// (image/slice.h), 0 black and 1 white.
io::Picture columns_sheet(const std::vector<torch::Tensor>& batches);

// Over the voxels of the pictured sample that `counted` [B, 1 or C, H, W, D] marks (undefined: all); 0 where there are none.
double mean_absolute_error(const torch::Tensor& output, const torch::Tensor& target, const torch::Tensor& counted);

io::Picture picture_of(image::GreyImage image);

} // namespace brainmvp::objectives
