#include "nn/layers/deep_supervision.h"

#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// Weights of linear interpolation between points whose ends lie on each other, [to, from].
Tensor interpolation(std::int64_t from, std::int64_t to, const at::TensorOptions& options) {
  const double step = static_cast<double>(from - 1) / static_cast<double>(std::max<std::int64_t>(1, to - 1));
  const Tensor position = at::arange(to, options) * step;
  return (1 - (position.unsqueeze(1) - at::arange(from, options)).abs()).clamp_min(0);
}

// x: [B, K, h, w, d]; trilinear, corners on corners. On a GPU ATen's gradient of it is not the same from run to run: there it is
// a matrix product an axis, in fp32.
Tensor upsample(const Tensor& x, at::IntArrayRef size) {
  if (!x.is_cuda()) {
    return at::upsample_trilinear3d(x, size, /*align_corners=*/true);
  }
  const WithoutAutocast guard;
  Tensor y = x.to(at::promoteTypes(x.scalar_type(), at::kFloat));
  y = at::matmul(y, interpolation(x.size(4), size[2], y.options()).t());
  y = at::matmul(interpolation(x.size(3), size[1], y.options()), y).flatten(3);
  return at::matmul(interpolation(x.size(2), size[0], y.options()), y).unflatten(3, {size[1], size[2]});
}

} // namespace

void supervise_deeper(Segmentation& segmentation, const Tensor& half) {
  for (const Tensor& logits : {segmentation.quarter, half}) {
    segmentation.deeper.push_back(upsample(logits, segmentation.logits.sizes().slice(2)));
  }
}

DeepSupervision::DeepSupervision(std::int64_t quarter_width, std::int64_t half_width, std::int64_t outputs) {
  constexpr auto kKind = Linear::Kind::kPointwiseConvolution;
  quarter_ = register_module("0", std::make_shared<Linear>(quarter_width, outputs, kKind));
  half_ = register_module("1", std::make_shared<Linear>(half_width, outputs, kKind));
}

void DeepSupervision::forward(const Tensor& quarter, const Tensor& half, Segmentation& segmentation) const {
  segmentation.quarter = quarter_->forward(quarter).permute({0, 4, 1, 2, 3}).contiguous();
  supervise_deeper(segmentation, half_->forward(half).permute({0, 4, 1, 2, 3}).contiguous());
}

} // namespace brainmvp::nn
