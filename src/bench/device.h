// The device that networks are timed on, as far as timing needs to know it.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>

namespace brainmvp::bench {

// Waits until a GPU has done what it was asked for.
void wait_for(const at::Device& device);

// Bytes that tensors held on a GPU at most since the last reset; 0 on a CPU.
void reset_peak_gpu_memory(const at::Device& device);
std::uint64_t peak_gpu_memory(const at::Device& device);

// As its driver names a GPU, "NVIDIA H100 80GB HBM3"; "" for a CPU.
std::string gpu_name(const at::Device& device);

} // namespace brainmvp::bench
