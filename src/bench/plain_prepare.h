// The preparation as public pipelines do it, one step after another over whole volumes: the baseline of `bench prepare`
// and `bench load`, and an oracle for the preparation proper.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "image/volume.h"

namespace brainmvp::bench {

// zlib, a float volume for every step, trilinear interpolation voxel by voxel, sorting for the percentiles 5 and 95; one
// thread. `files`: gzipped little-endian int16 NIfTI-1 without scaling, all on one grid. Throws Error(kBadInput).
std::vector<image::Volume> plain_prepare(std::span<const std::filesystem::path> files);

} // namespace brainmvp::bench
