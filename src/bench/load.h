// `brainmvp bench load`: crops for training.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/result.h"
#include "image/volume.h"

namespace brainmvp::bench {

struct LoadBenchOptions {
  image::Size size{240, 240, 155}; // of the study
  image::Size crop{96, 96, 96};
  std::size_t modalities = 4; // at most 4
  std::size_t repetitions = 25;
  std::size_t baseline_repetitions = 1;
};

// Crops at random places from a warm store, plain and compressed, into the batch's buffer, one thread. The baseline reads,
// decodes and prepares the whole gzipped volumes for each crop (plain_prepare), as pipelines without a cache do.
std::vector<Result> bench_load(const LoadBenchOptions& options);

} // namespace brainmvp::bench
