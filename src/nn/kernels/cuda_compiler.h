// Compiles CUDA C++ at run time for the GPU at hand.
#pragma once

#include <string>
#include <vector>

#include "nn/kernels/cuda_libraries.h"

namespace brainmvp::nn {

struct CudaProgram {
  std::string image;                // a cubin, or PTX where NVRTC is older than the GPU
  std::vector<std::string> symbols; // of the kernels, in their order
};

// `kernels`: expressions that name them, such as "convolve<3, float>"; `architecture`: 90 for compute capability 9.0.
// Throws Error(kInternal) with the compiler's messages.
CudaProgram compile_cuda(const Nvrtc& nvrtc, const std::string& source, const std::vector<std::string>& kernels,
                         int architecture);

} // namespace brainmvp::nn
