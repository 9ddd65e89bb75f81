// Interpolation onto another grid through the affines.
#pragma once

#include "image/volume.h"

namespace brainmvp::image {

struct Grid {
  Size size{0, 0, 0};
  Affine affine;
};

// Grid of `spacing_mm` (isotropic) that keeps the centre of the first voxel and the directions of `grid` and has
// round((n - 1) * spacing) + 1 voxels an axis, as MONAI's Spacing does.
Grid isotropic_grid(const Grid& grid, double spacing_mm);

// Trilinear. Outside the source, `outside` chooses the border value (as MONAI) or zero (for other modalities' grids).
enum class Outside { kBorder, kZero };
Volume resample_linear(const Volume& source, const Grid& target, Outside outside, std::size_t threads = 1);

// Nearest neighbour; background 0 outside the source.
LabelVolume resample_nearest(const LabelVolume& source, const Grid& target, std::size_t threads = 1);

} // namespace brainmvp::image
