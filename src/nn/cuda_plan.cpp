#include "nn/cuda_plan.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace brainmvp::nn {
namespace {

std::int64_t tiles_of(std::int64_t extent) { return (extent + kCudaTile - 1) / kCudaTile; }

std::int64_t blocks_of(std::int64_t threads) { return (threads + kCudaThreads - 1) / kCudaThreads; }

} // namespace

CudaPlan plan_cuda(const CudaExtent& extent, std::int64_t kernel) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t kMostParts = 1024;
  constexpr std::int64_t kMostSums = 8 << 20; // of all parts, in floats
  const std::int64_t channels = extent.channels;
  const std::int64_t taps = kernel * kernel * kernel * channels;
  const std::int64_t strips = std::int64_t{extent.batch} * extent.depth * tiles_of(extent.height);
  const std::int64_t parts =
      std::max<std::int64_t>(1, std::min({strips, kMostParts, kMostSums / std::max<std::int64_t>(1, taps)}));
  const std::int64_t convolve_blocks = strips * blocks_of(tiles_of(extent.width) * channels);
  const std::int64_t gradient_blocks = parts * blocks_of(kernel * channels);
  const std::int64_t row = (extent.width + kCudaTile) * channels;
  if (std::max({row, taps, strips, convolve_blocks, gradient_blocks}) > kMost) {
    throw Error(ExitCode::kUsage, "a depthwise convolution of " + std::to_string(channels) + " channels on " +
                                      std::to_string(extent.batch) + " x " + std::to_string(extent.depth) + " x " +
                                      std::to_string(extent.height) + " x " + std::to_string(extent.width) +
                                      " positions is too large for a GPU; use smaller crops or batches");
  }
  return {.convolve_blocks = static_cast<unsigned>(convolve_blocks),
          .gradient_blocks = static_cast<unsigned>(gradient_blocks),
          .gradient_parts = static_cast<std::int32_t>(parts)};
}

} // namespace brainmvp::nn
