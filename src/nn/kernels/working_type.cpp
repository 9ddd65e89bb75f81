#include "nn/kernels/working_type.h"

#include <ATen/autocast_mode.h>

#include "base/machine.h"

namespace brainmvp::nn {

at::ScalarType working_type(const torch::Tensor& x) {
  const auto device = x.device().type();
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device) : x.scalar_type();
}

bool has_own_products(const torch::Tensor& x, const torch::Tensor& weight) {
  return x.is_cpu() && weight.scalar_type() == at::kFloat &&
         !(working_type(x) == at::kBFloat16 && processor_multiplies_bfloat16());
}

} // namespace brainmvp::nn
