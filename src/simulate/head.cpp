#include "simulate/head.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace brainmvp::simulate {
namespace {

struct Range {
  std::size_t begin, end;
};

Range voxels_between(double low_mm, double high_mm, double origin_mm, double spacing_mm, std::size_t size) {
  const double begin = std::clamp(std::floor((low_mm - origin_mm) / spacing_mm), 0.0, static_cast<double>(size));
  const double end = std::clamp(std::ceil((high_mm - origin_mm) / spacing_mm) + 1, 0.0, static_cast<double>(size));
  return {.begin = static_cast<std::size_t>(begin), .end = static_cast<std::size_t>(end)};
}

} // namespace

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

Tissue tissue_at(const TissueVolume& head, std::size_t voxel) { return static_cast<Tissue>(head.data[voxel]); }

Vector position_of(const TissueVolume& head, std::size_t i, std::size_t j, std::size_t k) {
  const std::array<std::size_t, 3> index{i, j, k};
  Vector position{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    position[axis] = head.affine.translation[axis] + head.affine.matrix[axis][axis] * static_cast<double>(index[axis]);
  }
  return position;
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

void paint(TissueVolume& head, const Extent& box, const std::function<Tissue(const Vector&, Tissue)>& paint) {
  std::array<Range, 3> range{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    range[axis] = voxels_between(box.low_mm[axis], box.high_mm[axis], head.affine.translation[axis],
                                 head.affine.matrix[axis][axis], head.size[axis]);
  }
  for (std::size_t k = range[2].begin; k < range[2].end; ++k) {
    for (std::size_t j = range[1].begin; j < range[1].end; ++j) {
      for (std::size_t i = range[0].begin; i < range[0].end; ++i) {
        std::uint8_t& voxel = head.data[head.index(i, j, k)];
        voxel = static_cast<std::uint8_t>(paint(position_of(head, i, j, k), static_cast<Tissue>(voxel)));
      }
    }
  }
}

} // namespace brainmvp::simulate
