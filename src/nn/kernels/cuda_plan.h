// How the kernels of cuda_depthwise.cu are launched; numbers depend on the shapes alone, so that results do not depend on the
// GPU.
#pragma once

#include <cstdint>

namespace brainmvp::nn {

// As Extent in cuda_depthwise.cu.
struct CudaExtent {
  std::int32_t batch = 0, depth = 0, height = 0, width = 0, channels = 0;
};

inline constexpr unsigned kCudaThreads = 256;  // of a block, as kThreads there
inline constexpr std::int64_t kCudaTile = 4;   // as kTile there
inline constexpr std::int64_t kCudaDepths = 4; // as kDepths there

struct CudaPlan {
  unsigned convolve_blocks = 0;
  unsigned gradient_blocks = 0;
  std::int32_t gradient_parts = 1; // runs of strips whose sums are added afterwards
};

// `pack`: channels of a thread, which divide those of the extent. Throws Error(kUsage) where the kernels' 32-bit indices do not
// suffice.
CudaPlan plan_cuda(const CudaExtent& extent, std::int64_t kernel, std::int64_t pack);

} // namespace brainmvp::nn
