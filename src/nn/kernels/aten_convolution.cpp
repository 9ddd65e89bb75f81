#include "nn/kernels/aten_convolution.h"

#include <algorithm>

#include "nn/kernels/working_type.h"

namespace brainmvp::nn {

using torch::Tensor;

Tensor aten_convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, std::int64_t stride, std::int64_t padding,
                        std::int64_t groups) {
  constexpr std::int64_t kSafe = 4; // voxels
  const auto type = working_type(x);
  if (!x.is_cpu() || type != at::kBFloat16 || padding == 0 || std::ranges::min(x.sizes().slice(2)) >= kSafe) {
    return at::conv3d(x, weight, bias, stride, padding, 1, groups);
  }
  const WithoutAutocast guard;
  const auto wide = [](const Tensor& tensor) { return tensor.defined() ? tensor.to(at::kFloat) : tensor; };
  return at::conv3d(wide(x), wide(weight), wide(bias), stride, padding, 1, groups).to(type);
}

} // namespace brainmvp::nn
