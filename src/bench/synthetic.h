// Input for benchmarks: heads without patients.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "image/resample.h"
#include "study/studies_file.h"

namespace brainmvp::bench {

// Writes gzipped int16 volumes of a head without skull (zeros around it, texture and noise in it, so that gzip has about
// the ratio of real ones) on `grid`, one for each of the first `modalities` (at most 4) of flair, t1, t1c, t2.
study::Study write_synthetic_study(const std::filesystem::path& folder, const std::string& id, const image::Grid& grid,
                                   std::size_t modalities);

} // namespace brainmvp::bench
