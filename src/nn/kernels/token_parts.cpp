#include "nn/kernels/token_parts.h"

#include <ATen/Parallel.h>

namespace brainmvp::nn {

torch::Tensor added_up(const torch::Tensor& parts) {
  if (parts.size(0) == 1) {
    return parts[0];
  }
  torch::Tensor total = at::empty(parts.sizes().slice(1), parts.options());
  const std::int64_t size = total.numel();
  const float* from = parts.const_data_ptr<float>();
  float* to = total.mutable_data_ptr<float>();
  at::parallel_for(0, size, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    std::copy(from + begin, from + end, to + begin);
    for (std::int64_t part = 1; part < parts.size(0); ++part) {
      add_values(end - begin, from + part * size + begin, to + begin);
    }
  });
  return total;
}

} // namespace brainmvp::nn
