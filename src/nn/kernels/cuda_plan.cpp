#include "nn/kernels/cuda_plan.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace brainmvp::nn {
namespace {

std::int64_t divided_up(std::int64_t count, std::int64_t by) { return (count + by - 1) / by; }

} // namespace

CudaPlan plan_cuda(const CudaExtent& extent, std::int64_t kernel, std::int64_t pack) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t kMostParts = 1024;
  constexpr std::int64_t kMostSums = 8 << 20; // of all parts, in floats
  const std::int64_t channels = extent.channels;
  const std::int64_t taps = kernel * kernel * kernel * channels;
  const std::int64_t rows = divided_up(extent.height, kCudaTile);
  const std::int64_t strips = std::int64_t{extent.batch} * extent.depth * rows;
  const std::int64_t most_parts = std::max<std::int64_t>(1, std::min(kMostParts, kMostSums / std::max<std::int64_t>(1, taps)));
  const std::int64_t strips_of_part = std::max<std::int64_t>(1, divided_up(strips, most_parts));
  const std::int64_t parts = std::max<std::int64_t>(1, divided_up(strips, strips_of_part)); // alike in length
  const std::int64_t tiles =
      extent.batch * divided_up(extent.depth, kCudaDepths) * kCudaDepths * rows * divided_up(extent.width, kCudaTile);
  const std::int64_t convolve_threads = tiles * (channels / pack);
  const std::int64_t gradient_threads = parts * kernel * (channels / pack);
  const std::int64_t row = (extent.width + kCudaTile) * channels;
  if (std::max({row, taps, strips, convolve_threads, gradient_threads}) > kMost) {
    throw Error(ExitCode::kUsage, "a depthwise convolution of " + std::to_string(channels) + " channels on " +
                                      std::to_string(extent.batch) + " x " + std::to_string(extent.depth) + " x " +
                                      std::to_string(extent.height) + " x " + std::to_string(extent.width) +
                                      " positions is too large for a GPU; use smaller crops or batches");
  }
  return {.convolve_blocks = static_cast<unsigned>(divided_up(convolve_threads, kCudaThreads)),
          .gradient_blocks = static_cast<unsigned>(divided_up(gradient_threads, kCudaThreads)),
          .gradient_parts = static_cast<std::int32_t>(parts)};
}

} // namespace brainmvp::nn
