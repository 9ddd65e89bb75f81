// `brainmvp bench prepare`: one study from gzipped files to what the store holds.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/result.h"
#include "image/volume.h"

namespace brainmvp::bench {

struct PrepareBenchOptions {
  image::Size size{240, 240, 155}; // of the study at 1 mm
  std::size_t modalities = 4;      // at most 4
  std::size_t repetitions = 5;
  std::size_t baseline_repetitions = 1;
  std::size_t threads = 1; // of ours; the baseline has one
};

// A study at 1 mm in LPS order, one of slices 5 mm thick with pixels of 0.5 mm, and the unpacking of gzip alone, which
// bounds the first. Files are read from the page cache; ours also makes the stored bytes and their hashes, and nothing is
// written. The baseline is plain_prepare and rounding to int16 (for the unpacking: zlib).
std::vector<Result> bench_prepare(const PrepareBenchOptions& options);

} // namespace brainmvp::bench
