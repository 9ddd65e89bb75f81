// How the kernels of cuda_depthwise.cu are launched; numbers depend on the shapes alone, so that results do not depend on the
// GPU.
#pragma once

#include <cstdint>

namespace brainmvp::nn {

// As Extent in cuda_depthwise.cu.
struct CudaExtent {
  std::int32_t batch = 0, depth = 0, height = 0, width = 0, channels = 0;
};

inline constexpr unsigned kCudaThreads = 128; // of a block, as kThreads there
inline constexpr std::int64_t kCudaTile = 4;  // as kTile there

struct CudaPlan {
  unsigned convolve_blocks = 0;
  unsigned gradient_blocks = 0;
  std::int32_t gradient_parts = 1; // runs of strips whose sums are added afterwards
};

// Throws Error(kUsage) where the kernels' 32-bit indices do not suffice.
CudaPlan plan_cuda(const CudaExtent& extent, std::int64_t kernel);

} // namespace brainmvp::nn
