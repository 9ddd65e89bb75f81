// Copies of batches to the device.
#pragma once

#include <torch/types.h>

namespace brainmvp::runtime {

// `host` on the device. A GPU gets it through pinned memory while this thread goes on: operations that follow on PyTorch's stream
// see it whole, and `host` may change at once. On a CPU it is `host` itself.
inline torch::Tensor to_device(const torch::Tensor& host, const at::Device& device) {
  if (!device.is_cuda()) {
    return host.to(device);
  }
  // ATen's host allocator does not give the pinned memory away before the GPU has read it.
  return host.pin_memory().to(host.options().device(device), /*non_blocking=*/true);
}

} // namespace brainmvp::runtime
