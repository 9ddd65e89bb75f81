// `brainmvp bench`: the benchmarks by name, and their results as a table or as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/networks.h"
#include "bench/result.h"

namespace brainmvp::bench {

// "step", "depthwise", "segment", "predict", "prepare", "load".
std::vector<std::string> bench_names();

struct Report {
  std::string cpu;
  std::string gpu; // "" where networks run on the CPU
  std::size_t threads = 0;
  double peak_gflops_fp32 = 0;
  double peak_gflops_bf16 = 0; // 0 where the device has no bf16 in hardware
  std::vector<Result> results;
};

// Runs them in this order. `precision`: "fp32", "bf16" or "auto", which is fp32 and, where the device has it, bf16. Throws
// Error(kUsage) for an unknown name, with the nearest known one.
Report run_bench(const std::vector<std::string>& names, const std::string& precision, std::size_t threads,
                 NetworkBenchOptions options);

std::string to_table(const Report& report);
std::string to_json(const Report& report);

} // namespace brainmvp::bench
