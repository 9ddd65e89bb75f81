#include "bench/device.h"

#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <array>

#include "nn/kernels/cuda_libraries.h"

namespace brainmvp::bench {

void wait_for(const at::Device& device) {
  if (device.is_cuda()) {
    at::detail::getCUDAHooks().deviceSynchronize(device.index());
  }
}

void reset_peak_gpu_memory(const at::Device& device) {
  if (device.is_cuda()) {
    c10::getDeviceAllocator(at::kCUDA)->resetPeakStats(device.index());
  }
}

std::uint64_t peak_gpu_memory(const at::Device& device) {
  if (!device.is_cuda()) {
    return 0;
  }
  return static_cast<std::uint64_t>(c10::getDeviceAllocator(at::kCUDA)->getDeviceStats(device.index()).allocated_bytes[0].peak);
}

std::string gpu_name(const at::Device& device) {
  std::string why_not;
  const auto driver = device.is_cuda() ? nn::load_cuda_driver(nn::cuda_driver_files(), why_not) : std::nullopt;
  int handle = 0;
  std::array<char, 256> name{};
  if (!driver || driver->init(0) != 0 || driver->device_get(&handle, device.index()) != 0 ||
      driver->device_get_name(name.data(), static_cast<int>(name.size()) - 1, handle) != 0) {
    return "";
  }
  return name.data();
}

} // namespace brainmvp::bench
