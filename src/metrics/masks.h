// A pair of binary masks on one grid: what a prediction says and what the reference says.
#pragma once

#include <cstdint>
#include <vector>

#include "image/affine.h"

namespace brainmvp::metrics {

// Non-zero is inside; i runs fastest, as in image::BasicVolume. Both vectors have size[0] * size[1] * size[2] values.
struct MaskPair {
  image::Size size{0, 0, 0};
  image::Vector spacing_mm{1, 1, 1}; // between voxel centres along i, j, k; the axes count as orthogonal
  std::vector<std::uint8_t> prediction;
  std::vector<std::uint8_t> reference;
};

// Throws Error(kInternal) when the vectors do not fit the size or a spacing is not above 0.
void check_masks(const MaskPair& masks);

// The smallest part that holds all inside voxels of both; size {0, 0, 0} when there are none. Every metric but the
// diagonal is the same on it, since what lies outside is background in both.
MaskPair crop_to_union(const MaskPair& masks);

// Diagonal of the image's extent in mm, voxels at its border counted whole.
double diagonal_mm(const image::Size& size, const image::Vector& spacing_mm);

} // namespace brainmvp::metrics
