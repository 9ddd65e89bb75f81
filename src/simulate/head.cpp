#include "simulate/head.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace brainmvp::simulate {
TissueVolume empty_head(const Extent& extent, double spacing_mm) {
  TissueVolume head;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    head.size[axis] = static_cast<std::size_t>((extent.high_mm[axis] - extent.low_mm[axis]) / spacing_mm) + 1;
    head.affine.matrix[axis][axis] = spacing_mm;
    head.affine.translation[axis] = extent.low_mm[axis];
  }
  head.data.assign(head.voxels(), static_cast<std::uint8_t>(Tissue::kAir));
  return head;
}

VoxelRange voxels_within(const image::Size& size, const image::Affine& affine, const Extent& box) {
  VoxelRange range{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing_mm = affine.matrix[axis][axis];
    const double origin_mm = affine.translation[axis];
    const auto last = static_cast<double>(size[axis]);
    range.low[axis] = static_cast<std::size_t>(std::clamp(std::floor((box.low_mm[axis] - origin_mm) / spacing_mm), 0.0, last));
    range.high[axis] =
        static_cast<std::size_t>(std::clamp(std::ceil((box.high_mm[axis] - origin_mm) / spacing_mm) + 1, 0.0, last));
  }
  return range;
}

Extent extent_of(const TissueVolume& head, bool (*wanted)(Tissue)) {
  std::array<std::size_t, 3> low = head.size;
  std::array<std::size_t, 3> high{0, 0, 0};
  std::size_t at = 0;
  for (std::size_t k = 0; k < head.size[2]; ++k) {
    for (std::size_t j = 0; j < head.size[1]; ++j) {
      for (std::size_t i = 0; i < head.size[0]; ++i, ++at) {
        if (wanted(tissue_at(head, at))) {
          low = {std::min(low[0], i), std::min(low[1], j), std::min(low[2], k)};
          high = {std::max(high[0], i), std::max(high[1], j), std::max(high[2], k)};
        }
      }
    }
  }
  if (low[0] > high[0]) {
    return {};
  }
  return {.low_mm = position_of(head, low[0], low[1], low[2]), .high_mm = position_of(head, high[0], high[1], high[2])};
}

} // namespace brainmvp::simulate
