// Where a random crop lies in a study's volume and in a grid that all studies share, which is centred on each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/random.h"
#include "image/volume.h"
#include "store/store.h"

namespace brainmvp::store {

struct CropPlace {
  Start start{0, 0, 0};            // in the volume; negative where it is padded
  image::Size grid_start{0, 0, 0}; // in the common grid
};

// Index in the grid where voxel 0 of a volume lies. A volume smaller than the crop is padded to it first, the
// smaller half in front; then the centres meet: floor((grid - padded) / 2). Negative for a volume larger than the grid.
Start grid_offset(const image::Size& volume, const image::Size& crop, const image::Size& grid);

// Throws Error(kUsage) when the grid is smaller than the crop along any axis.
void check_grid(const image::Size& crop, const image::Size& grid);

// A uniformly drawn place of the crop in the padded volume, inside the grid where the volume is larger than it.
CropPlace draw_place(const image::Size& volume, const image::Size& crop, const image::Size& grid, RandomStream& stream);

// How many of the studies at `positions` are larger than the grid: parts of them are never seen, so warn.
std::size_t count_larger_than(const Store& store, std::span<const std::size_t> positions, const image::Size& grid);

} // namespace brainmvp::store
