// Depthwise 3D convolution on NVIDIA GPUs, where ATen's grouped convolution is slow. The kernels (cuda_depthwise.cu) are compiled
// when they are first needed, for the GPU at hand.
#pragma once

#include <torch/types.h>

#include <map>
#include <mutex>
#include <tuple>

#include "nn/kernels/cuda_libraries.h"
#include "nn/kernels/cuda_plan.h"
#include "nn/kernels/token_math.h"

namespace brainmvp::nn {

struct CudaPlace {
  int device = 0;         // ordinal
  void* stream = nullptr; // CUstream
};

// May be used by several threads at once. Throws Error(kInternal), or Error(kOutOfResources) without memory on the GPU.
class CudaDepthwise {
public:
  CudaDepthwise(const CudaDriver& driver, const Nvrtc& nvrtc) : driver_(driver), nvrtc_(nvrtc) {}

  // x: [B, D, H, W, C] float or bfloat16, contiguous, as the result; taps: [k, k, k, C] float, k 3 or 5; bias: [C] or undefined.
  torch::Tensor convolve(const CudaPlace& place, const torch::Tensor& x, const torch::Tensor& taps, const torch::Tensor& bias);

  // Gradient of the taps, [k, k, k, C]; gy: as x. The order of the sums depends on the shapes alone.
  torch::Tensor taps_gradient(const CudaPlace& place, const torch::Tensor& x, const torch::Tensor& gy, std::int64_t kernel);

private:
  class ContextScope;
  struct Device {
    void* context = nullptr;
    int architecture = 0;
  };
  struct Functions {
    void* context = nullptr;
    void* convolve = nullptr;
    void* taps_gradient = nullptr;
  };

  void check(int code, const char* what) const;
  Device device_at(int ordinal);
  Functions functions_for(int ordinal, std::int64_t kernel, Storage storage, std::int64_t pack);
  void launch(void* context, void* stream, void* function, unsigned blocks, void** arguments) const;

  CudaDriver driver_;
  Nvrtc nvrtc_;
  std::mutex mutex_; // of the maps
  std::map<int, Device> devices_;
  std::map<std::tuple<int, std::int64_t, Storage, std::int64_t>, Functions> functions_; // by device, kernel, storage and pack
};

// The program's own, with the libraries of this machine; where they are missing, a warning says why, once, and this is null.
CudaDepthwise* cuda_depthwise();

// Where PyTorch's operations on x go at present.
CudaPlace cuda_place(const torch::Tensor& x);

} // namespace brainmvp::nn
