// Which part of a grid an image on another grid covers.
#pragma once

#include <cstdint>
#include <vector>

#include "image/resample.h"

namespace brainmvp::store {

// One a voxel of `grid`: 1 where its centre lies in the field of view of `field`, out to the outer faces of its voxels.
std::vector<std::uint8_t> in_field_of_view(const image::Grid& grid, const image::Grid& field);

} // namespace brainmvp::store
