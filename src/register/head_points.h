// Points of a head to compare two images at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/volume.h"

namespace brainmvp::registration {

// kHead: all that lies between bright voxels. kInside: what of it is 12 mm or more below the surface, where nothing is soft but
// the brain; the whole head again where little is that deep.
enum class Region { kHead, kInside };

// `count` random points in RAS+ mm (of small images no more than they have voxels, or 4000), drawn by `seed`, anywhere within a
// voxel, so that no grid favours a place.
std::vector<image::Vector> head_points(const image::Volume& volume, Region region, std::size_t count, std::uint64_t seed);

} // namespace brainmvp::registration
