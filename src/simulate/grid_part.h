// A block of a grid: images of stripped heads are made where the head is and put back.
#pragma once

#include "image/resample.h"
#include "simulate/lattice.h"

namespace brainmvp::simulate {

// Voxels `low` to below `high`.
struct GridPart {
  image::Size low, high;
};

GridPart whole_of(const image::Grid& grid);

// The voxels that reach into a box; one at least. `place` maps the grid's millimetres to the box's.
GridPart part_within(const image::Grid& grid, const image::Affine& place, const Extent& box);

image::Grid grid_of_part(const image::Grid& grid, const GridPart& part);

// A volume of the part on the whole grid, 0 elsewhere.
image::Volume put_back(const image::Volume& cut, const image::Grid& grid, const GridPart& part);

} // namespace brainmvp::simulate
