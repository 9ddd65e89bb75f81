// Reordering of axes to RAS. No other code flips or permutes axes of volumes.
#pragma once

#include <array>

#include "image/volume.h"

namespace brainmvp::image {

// For each axis of the reordered volume: which axis of the source it is, and whether it runs backwards.
struct AxisOrder {
  std::array<std::size_t, 3> source_axis{0, 1, 2};
  std::array<bool, 3> flipped{false, false, false};
};

// The order that brings `affine` closest to RAS (largest components first, as nibabel's io_orientation).
AxisOrder order_to_ras(const Affine& affine);

// Affine and size after reordering a grid.
Affine reordered_affine(const Affine& affine, const Size& size, const AxisOrder& order);
Size reordered_size(const Size& size, const AxisOrder& order);

// The volume in RAS order; values are moved, never interpolated.
template <class T>
BasicVolume<T> to_ras(const BasicVolume<T>& volume);

} // namespace brainmvp::image
