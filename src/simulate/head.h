// A head: one tissue a voxel, axes in RAS order, the world's origin near the centre of the brain.
#pragma once

#include <cstdint>
#include <functional>

#include "image/volume.h"
#include "simulate/lattice.h"
#include "simulate/tissue.h"

namespace brainmvp::simulate {

using TissueVolume = image::BasicVolume<std::uint8_t>; // values of Tissue

// A grid of `spacing_mm` that covers `extent`, filled with air.
TissueVolume empty_head(const Extent& extent, double spacing_mm);

Tissue tissue_at(const TissueVolume& head, std::size_t voxel);

// Position of voxel (i, j, k) of a volume whose axes run along RAS.
Vector position_of(const TissueVolume& head, std::size_t i, std::size_t j, std::size_t k);

// Smallest box around the voxels that `wanted` accepts; an empty one at the origin when there is none.
Extent extent_of(const TissueVolume& head, bool (*wanted)(Tissue));

// Sets voxels inside `box`: `paint` gets a position and the tissue that is there, and gives what it becomes.
void paint(TissueVolume& head, const Extent& box, const std::function<Tissue(const Vector&, Tissue)>& paint);

} // namespace brainmvp::simulate
