// A person's head as the scanner meets it: the tissues of the eight octants of every voxel, from which come signals with
// partial volume, label maps and masks.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <vector>

#include "simulate/deformation.h"
#include "simulate/head.h"

namespace brainmvp::simulate {

using Octants = std::array<std::uint8_t, 8>; // values of Tissue; bit 0 of the index is the upper half along i, 1 j, 2 k

// Voxels of `voxel_mm` along RAS axes.
using OctantVolume = image::BasicVolume<Octants>;

// The box around the centres of all voxels.
Extent extent_of(const OctantVolume& person);

// The deformed head in a box, whose first voxel's centre is at `origin_mm`.
OctantVolume sample_octants(const TissueVolume& head, const Deformation& deformation, const Vector& origin_mm, double voxel_mm,
                            const image::Size& size);

// One tissue a voxel, for a coarse look.
TissueVolume sample_centres(const TissueVolume& head, const Deformation& deformation, const Extent& extent, double spacing_mm);

// Changes octants inside `box`: `paint` gets an octant's centre and its tissue, and gives what it becomes.
void paint(OctantVolume& person, const Extent& box, const std::function<Tissue(const Vector&, Tissue)>& paint);

// Whether all octants are the same tissue.
inline bool is_uniform(const Octants& octants) {
  const auto bits = std::bit_cast<std::uint64_t>(octants);
  return bits == (bits & 0xFFU) * 0x0101010101010101ULL;
}

// How many octants of the voxel `wanted` accepts.
int count_octants(const Octants& octants, bool (*wanted)(Tissue));

} // namespace brainmvp::simulate
