// Interpolation onto another grid through the affines.
#pragma once

#include "image/volume.h"

namespace brainmvp::image {

struct Grid {
  Size size{0, 0, 0};
  Affine affine;
};

template <class T>
Grid grid_of(const BasicVolume<T>& volume) {
  return {.size = volume.size, .affine = volume.affine};
}

// Grids of one size whose corners lie closer than this count as the same; headers in single precision differ by less.
inline constexpr double kSameGridMm = 0.01;
bool same_grid(const Grid& a, const Grid& b);

// Grid of `spacing_mm` (isotropic) that keeps the centre of the first voxel and the directions of `grid` and has
// round((n - 1) * old spacing / new spacing + 1) voxels an axis, halves to even, as MONAI's Spacing does. A sheared grid
// becomes orthogonal (Gram-Schmidt in the order i, j, k) and large enough to hold every voxel centre.
Grid isotropic_grid(const Grid& grid, double spacing_mm);

// The interpolation is skipped where the grids are the same. A point is outside the source when it is more than half a
// voxel from the nearest voxel centre; there, and only there, kZero gives 0. kBorder goes on with the border (as MONAI).
enum class Outside { kBorder, kZero };

// Trilinear, coordinates in double precision.
Volume resample_linear(const Volume& source, const Grid& target, Outside outside, std::size_t threads = 1);

// Nearest neighbour; background 0 outside the source.
LabelVolume resample_nearest(const LabelVolume& source, const Grid& target, std::size_t threads = 1);

} // namespace brainmvp::image
