// Distances in heads, on a coarse lattice.
#pragma once

#include "simulate/head.h"

namespace brainmvp::simulate {

// Millimetres from each point to the nearest voxel that `wanted` accepts, less than 0 inside (chamfer distance, off by up to
// a tenth and by the lattice's spacing). Far away everywhere when there is none.
Lattice signed_distance(const TissueVolume& head, bool (*wanted)(Tissue), double spacing_mm);

// Direction of steepest ascent of a lattice times its slope, per mm.
Vector slope_of(const Lattice& lattice, const Vector& mm);

} // namespace brainmvp::simulate
