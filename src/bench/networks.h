// Benchmarks of networks and their kernels: ours against ATen's plain operators in fp32 on contiguous tensors, with the default
// allocator, timed in the same run on the same device.
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/result.h"

namespace brainmvp::bench {

struct NetworkBenchOptions {
  std::string network = "uniformer_small";
  std::int64_t crop = 96;                         // side of the cube, a multiple of 16
  std::int64_t batch_size = 1;                    // samples; of a step of pre-training each has two views
  std::int64_t channels = 4;                      // of segmentation and prediction
  std::vector<std::string> precisions = {"fp32"}; // rows; "bf16" is the other
  std::size_t repetitions = 3;
  bool with_baseline = true; // otherwise its seconds are 0
  bool checkpoints_activations = false;
  at::Device device{at::kCPU};
};

// A whole step of pre-training: views, forward, backward, optimizer; templates of 240 x 240 x 155.
std::vector<Result> bench_step(const NetworkBenchOptions& options);

// A whole step of fine-tuning a segmentation of three regions, without template mixing.
std::vector<Result> bench_segment(const NetworkBenchOptions& options);

// Sliding-window prediction of a case of 140 x 170 x 140 with overlap 0.5.
std::vector<Result> bench_predict(const NetworkBenchOptions& options);

// Forward and backward of the depthwise 5^3 convolution of 64 channels on two views at half the crop's resolution.
std::vector<Result> bench_depthwise(const NetworkBenchOptions& options);

} // namespace brainmvp::bench
