// Where a random crop lies in a study's volume and in the template grid. Both grids share their centre.
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
  Start start{0, 0, 0};                // in the volume; negative where it is padded
  image::Size template_start{0, 0, 0}; // in the template grid
};

// Index of the template grid where voxel 0 of a volume lies. A volume smaller than the crop is padded to it first, the
// smaller half in front; then the centres meet: floor((template - padded) / 2). Negative for a volume larger than the grid.
Start template_offset(const image::Size& volume, const image::Size& crop, const image::Size& template_size);

// Throws Error(kUsage) when the template grid is smaller than the crop along any axis.
void check_template_size(const image::Size& crop, const image::Size& template_size);

// A uniformly drawn place of the crop in the padded volume, inside the template grid where the volume is larger than it.
CropPlace draw_place(const image::Size& volume, const image::Size& crop, const image::Size& template_size, RandomStream& stream);

// How many of the studies at `positions` are larger than the template grid: parts of them are never seen, so warn.
std::size_t count_larger_than(const Store& store, std::span<const std::size_t> positions, const image::Size& template_size);

} // namespace brainmvp::store
