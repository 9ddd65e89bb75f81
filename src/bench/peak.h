// What the machine can do at most.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace brainmvp::bench {

// GFLOP/s of ATen's product of large matrices, best of a few, with the threads that ATen has: the peak that other rates are
// compared with. That of "bf16" is of fp32 where the processor has no bf16 instructions, as the kernels are then.
double matrix_product_gflops(const std::string& precision, const at::Device& device);

} // namespace brainmvp::bench
