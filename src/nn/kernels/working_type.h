// In which number format a layer works, and on whose kernels.
#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/types.h>

namespace brainmvp::nn {

// Autocast's type where it is on for x's device, otherwise x's own.
at::ScalarType working_type(const torch::Tensor& x);

// As long as it lives, operations of this thread have the types of their tensors, whatever autocast does.
class WithoutAutocast {
  c10::impl::ExcludeDispatchKeyGuard guard_{c10::autocast_dispatch_keyset};
};

// Whether our products in single precision serve a layer on x: on a CPU, with float weights, unless the layer works in bfloat16
// and the processor has instructions for it, which ATen's products use and ours do not.
bool has_own_products(const torch::Tensor& x, const torch::Tensor& weight);

} // namespace brainmvp::nn
