// The voxels around a voxel.
#pragma once

#include <cstddef>

#include "image/affine.h"

namespace brainmvp::simulate {

// Calls use(neighbour) for the up to six voxels that share a face with `voxel`, by their places in storage order.
template <class Use>
void for_each_neighbour(const image::Size& size, std::size_t voxel, const Use& use) {
  std::size_t stride = 1;
  for (const std::size_t length : size) {
    const std::size_t index = voxel / stride % length;
    if (index > 0) {
      use(voxel - stride);
    }
    if (index + 1 < length) {
      use(voxel + stride);
    }
    stride *= length;
  }
}

} // namespace brainmvp::simulate
