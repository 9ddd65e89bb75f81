#include "nn/deep_supervision.h"

namespace brainmvp::nn {

using torch::Tensor;

DeepSupervision::DeepSupervision(std::int64_t quarter_width, std::int64_t half_width, std::int64_t outputs) {
  constexpr auto kKind = Linear::Kind::kPointwiseConvolution;
  quarter_ = register_module("0", std::make_shared<Linear>(quarter_width, outputs, kKind));
  half_ = register_module("1", std::make_shared<Linear>(half_width, outputs, kKind));
}

void DeepSupervision::forward(const Tensor& quarter, const Tensor& half, Segmentation& segmentation) const {
  constexpr bool kAlignCorners = true;
  const auto size = segmentation.logits.sizes().slice(2);
  segmentation.quarter = quarter_->forward(quarter).permute({0, 4, 1, 2, 3}).contiguous();
  const Tensor half_logits = half_->forward(half).permute({0, 4, 1, 2, 3}).contiguous();
  for (const Tensor& logits : {segmentation.quarter, half_logits}) {
    segmentation.deeper.push_back(at::upsample_trilinear3d(logits, size, kAlignCorners));
  }
}

} // namespace brainmvp::nn
