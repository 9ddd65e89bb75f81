// Walks over the voxels of a grid; private to src/register.
#pragma once

#include <array>
#include <cstddef>

#include "image/affine.h"

namespace brainmvp::registration {

// Calls use(offset, place) for every voxel, in the order of memory.
template <class Use>
void for_each_voxel(const image::Size& size, const Use& use) {
  std::size_t at = 0;
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t i = 0; i < size[0]; ++i, ++at) {
        use(at, image::Size{i, j, k});
      }
    }
  }
}

// Calls use(offset of the first voxel, offset from one to the next, length) for every row along `axis`.
template <class Use>
void for_each_row(const image::Size& size, std::size_t axis, const Use& use) {
  const std::array<std::size_t, 3> stride{1, size[0], size[0] * size[1]};
  const std::size_t inner = axis == 0 ? 1 : 0;
  const std::size_t outer = axis == 2 ? 1 : 2;
  for (std::size_t b = 0; b < size[outer]; ++b) {
    for (std::size_t a = 0; a < size[inner]; ++a) {
      use(a * stride[inner] + b * stride[outer], stride[axis], size[axis]);
    }
  }
}

inline image::Vector centre_of(const image::Size& place) {
  return {static_cast<double>(place[0]), static_cast<double>(place[1]), static_cast<double>(place[2])};
}

} // namespace brainmvp::registration
