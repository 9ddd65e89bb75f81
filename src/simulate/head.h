// A head: one tissue a voxel, axes in RAS order, the world's origin near the centre of the brain.
#pragma once

#include <cstdint>

#include "image/volume.h"
#include "simulate/lattice.h"
#include "simulate/tissue.h"

namespace brainmvp::simulate {

using TissueVolume = image::BasicVolume<std::uint8_t>; // values of Tissue

// A grid of `spacing_mm` that covers `extent`, filled with air.
TissueVolume empty_head(const Extent& extent, double spacing_mm);

inline Tissue tissue_at(const TissueVolume& head, std::size_t voxel) { return static_cast<Tissue>(head.data[voxel]); }

// Position of voxel (i, j, k) of a volume whose axes run along RAS.
inline Vector position_of(const TissueVolume& head, std::size_t i, std::size_t j, std::size_t k) {
  const image::Affine& affine = head.affine;
  return {affine.translation[0] + affine.matrix[0][0] * static_cast<double>(i),
          affine.translation[1] + affine.matrix[1][1] * static_cast<double>(j),
          affine.translation[2] + affine.matrix[2][2] * static_cast<double>(k)};
}

// Voxels `low` to below `high` of a volume with axes along RAS that reach into a box.
struct VoxelRange {
  image::Size low, high;
};
VoxelRange voxels_within(const image::Size& size, const image::Affine& affine, const Extent& box);

// Smallest box around the voxels that `wanted` accepts; an empty one at the origin when there is none.
Extent extent_of(const TissueVolume& head, bool (*wanted)(Tissue));

// Sets voxels inside `box`: `paint` gets a position and the tissue that is there, and gives what it becomes.
template <class Paint>
void paint(TissueVolume& head, const Extent& box, const Paint& paint) {
  const auto [low, high] = voxels_within(head.size, head.affine, box);
  for (std::size_t k = low[2]; k < high[2]; ++k) {
    for (std::size_t j = low[1]; j < high[1]; ++j) {
      for (std::size_t i = low[0]; i < high[0]; ++i) {
        std::uint8_t& voxel = head.data[head.index(i, j, k)];
        voxel = static_cast<std::uint8_t>(paint(position_of(head, i, j, k), static_cast<Tissue>(voxel)));
      }
    }
  }
}

} // namespace brainmvp::simulate
