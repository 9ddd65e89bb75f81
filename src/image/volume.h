// A 3D array with its place in the world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/affine.h"

namespace brainmvp::image {

// Values in file order: i runs fastest, value(i, j, k) = data[i + size[0] * (j + size[1] * k)].
template <class T>
struct BasicVolume {
  Size size{0, 0, 0};
  Affine affine;
  std::vector<T> data;

  [[nodiscard]] std::size_t voxels() const { return voxel_count(size); }
  [[nodiscard]] std::size_t index(std::size_t i, std::size_t j, std::size_t k) const { return i + size[0] * (j + size[1] * k); }
};

using Volume = BasicVolume<float>;             // intensities
using LabelVolume = BasicVolume<std::int32_t>; // label maps

} // namespace brainmvp::image
