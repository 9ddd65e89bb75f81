// Interpolation where no axis of the target depends on two of the source: one axis after another; private to src/image.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "image/volume.h"

namespace brainmvp::image {

// Where a coordinate falls among n voxels: value = (1 - weight) * v[low] + weight * v[high].
struct Tap {
  std::size_t low = 0;
  std::size_t high = 0;
  float weight = 0;
  bool inside = true; // within half a voxel of the source
};

// Fills `out`, whose size and affine are set. taps: one an axis, as many as the target has voxels along it. Taps that are
// not inside give 0 when `zero_outside` is set. Slabs in parallel; results do not depend on `threads`.
void resample_axes(const Volume& source, const std::array<std::vector<Tap>, 3>& taps, bool zero_outside, std::size_t threads,
                   Volume& out);

} // namespace brainmvp::image
