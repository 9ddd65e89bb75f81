// Runs the kernels of nn/kernels/cuda_depthwise.cu on the CPU: what CUDA C++ has and C++ lacks, with blocks and threads as loops.
#pragma once

#include <bit>

// NOLINTBEGIN(readability-identifier-naming): names of CUDA
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(threads)

namespace brainmvp::nn::device {

struct Index {
  unsigned x = 0;
};
inline Index blockIdx;
inline Index threadIdx;

inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline unsigned __float_as_uint(float value) { return std::bit_cast<unsigned>(value); }

#include "nn/kernels/cuda_depthwise.cu"

template <class Kernel, class... Arguments>
void run_kernel(unsigned blocks, unsigned threads, const Kernel& kernel, const Arguments&... arguments) {
  for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x) {
    for (threadIdx.x = 0; threadIdx.x < threads; ++threadIdx.x) {
      kernel(arguments...);
    }
  }
}

} // namespace brainmvp::nn::device
// NOLINTEND(readability-identifier-naming)

#undef UNROLL
#undef __global__
#undef __device__
#undef __forceinline__
#undef __launch_bounds__
