// One row of `brainmvp bench`: what was timed, and the baseline timed in the same run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace brainmvp::bench {

struct Result {
  std::string name;
  std::string precision = "fp32";
  double seconds = 0;
  double baseline_seconds = 0;
  std::optional<double> gflops = {};     // GFLOP/s, where operations can be counted
  std::optional<double> peak_share = {}; // of the matrix-product peak of this machine in this precision
  std::uint64_t peak_rss_bytes = 0;      // of the process, when the row was done
  std::uint64_t peak_gpu_bytes = 0;      // of the tensors on a GPU; 0 on a CPU
};

} // namespace brainmvp::bench
