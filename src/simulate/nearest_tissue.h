// The tissue at a point of a head.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "simulate/head.h"

namespace brainmvp::simulate {

// Voxels of sulci are as wide as the head's grid, and sulci narrower: this share of a voxel at each wall is cortex. With it fluid
// has the brightness of real heads in T2 (2.5 to 3.0 of white matter).
inline constexpr float kWall = 0.08F;

inline bool is_cortex(std::uint8_t tissue) {
  return tissue == static_cast<std::uint8_t>(Tissue::kCortex) || tissue == static_cast<std::uint8_t>(Tissue::kCerebellarCortex);
}

// Nearest voxel of a head, air outside; coordinates in voxels, already moved by half a voxel.
class NearestTissue {
public:
  explicit NearestTissue(const TissueVolume& head)
      : data_(head.data.data()),
        size_{static_cast<int>(head.size[0]), static_cast<int>(head.size[1]), static_cast<int>(head.size[2])} {}

  [[nodiscard]] std::uint8_t operator()(float i, float j, float k) const {
    const int x = static_cast<int>(i);
    const int y = static_cast<int>(j);
    const int z = static_cast<int>(k);
    if (i < 0 || j < 0 || k < 0 || x >= size_[0] || y >= size_[1] || z >= size_[2]) {
      return 0;
    }
    const std::ptrdiff_t slice = static_cast<std::ptrdiff_t>(size_[0]) * size_[1];
    const std::uint8_t* voxel = data_ + x + static_cast<std::ptrdiff_t>(size_[0]) * y + slice * z;
    if (*voxel != static_cast<std::uint8_t>(Tissue::kCsf)) {
      return *voxel;
    }
    const std::uint8_t a = beyond(voxel, i - static_cast<float>(x), x, size_[0], 1);
    const std::uint8_t b = beyond(voxel, j - static_cast<float>(y), y, size_[1], size_[0]);
    const std::uint8_t c = beyond(voxel, k - static_cast<float>(z), z, size_[2], slice);
    return is_cortex(a) ? a : is_cortex(b) ? b : is_cortex(c) ? c : *voxel;
  }

private:
  // The neighbour whose wall is near, or the voxel itself; `at` is the place inside it, from 0 to 1.
  [[nodiscard]] static std::uint8_t beyond(const std::uint8_t* voxel, float at, int index, int size, std::ptrdiff_t step) {
    if (at < kWall && index > 0) {
      return voxel[-step];
    }
    return at > 1 - kWall && index + 1 < size ? voxel[step] : *voxel;
  }

  const std::uint8_t* data_;
  std::array<int, 3> size_;
};

} // namespace brainmvp::simulate
