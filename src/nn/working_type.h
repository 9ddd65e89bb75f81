// In which number format a layer works, and on whose kernels.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// Autocast's type where it is on for x's device, otherwise x's own.
at::ScalarType working_type(const torch::Tensor& x);

// Whether our products in single precision serve a layer on x: on a CPU, with float weights, unless the layer works in bfloat16
// and the processor has instructions for it, which ATen's products use and ours do not.
bool has_own_products(const torch::Tensor& x, const torch::Tensor& weight);

} // namespace brainmvp::nn
