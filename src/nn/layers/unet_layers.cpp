#include "nn/layers/unet_layers.h"

#include "nn/kernels/aten_convolution.h"
#include "nn/kernels/cube_convolution.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/working_type.h"
#include "nn/layers/layers.h"

namespace brainmvp::nn {

using torch::Tensor;

Convolution::Convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, bool has_bias)
    : stride_(stride), padding_(kernel / 2) {
  const std::int64_t fan_in = in * kernel * kernel * kernel;
  weight = register_parameter("weight", default_start({out, in, kernel, kernel, kernel}, fan_in));
  if (has_bias) {
    bias = register_parameter("bias", default_start({out}, fan_in));
  }
}

Tensor Convolution::forward(const Tensor& x) const {
  const bool is_point = weight.size(2) == 1 && stride_ == 1;
  if (uses_plain_kernels() || !has_own_products(x, weight) || !(is_point || (weight.size(2) == 3 && stride_ <= 2))) {
    return aten_convolution(x, weight, bias, stride_, padding_);
  }
  const Tensor tokens = x.permute({0, 2, 3, 4, 1});
  const Tensor y = is_point ? token_layer(tokens, weight.flatten(1), bias) : convolve_cubes(tokens, weight, bias, stride_);
  return y.permute({0, 4, 1, 2, 3});
}

GroupNorm::GroupNorm(std::int64_t channels) {
  weight_ = register_parameter("weight", torch::ones({channels}));
  bias_ = register_parameter("bias", torch::zeros({channels}));
}

Tensor GroupNorm::forward(const Tensor& x) const {
  constexpr std::int64_t kGroups = 8;
  return at::group_norm(x.contiguous(), kGroups, weight_, bias_, 1e-5);
}

ResidualBlock::ResidualBlock(std::int64_t channels) {
  norm1_ = register_module("gn1", std::make_shared<GroupNorm>(channels));
  conv1_ = register_module("conv1", std::make_shared<Convolution>(channels, channels, 3));
  norm2_ = register_module("gn2", std::make_shared<GroupNorm>(channels));
  conv2_ = register_module("conv2", std::make_shared<Convolution>(channels, channels, 3));
}

Tensor ResidualBlock::forward(const Tensor& x) const {
  const Tensor y = conv1_->forward(norm1_->forward(x).relu());
  return x + conv2_->forward(norm2_->forward(y).relu());
}

} // namespace brainmvp::nn
