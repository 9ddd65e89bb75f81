#include "nn/layers/nnunet_layers.h"

#include <cmath>
#include <string>

#include "nn/kernels/execution.h"
#include "nn/kernels/token_norm.h"
#include "nn/kernels/working_type.h"
#include "nn/layers/decoder_parts.h"
#include "nn/layers/layers.h"
#include "nn/layers/size_check.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// Normal with the variance 2 / ((1 + slope^2) fan-in), where fan-in is the second axis times the voxels of the kernel.
void draw_by_fan_in(Tensor weight, Tensor bias) {
  const torch::NoGradGuard no_gradient;
  const std::int64_t fan_in = weight.size(1) * weight.size(2) * weight.size(3) * weight.size(4);
  weight.normal_(0, std::sqrt(2.0 / ((1 + kNnunetSlope * kNnunetSlope) * static_cast<double>(fan_in))));
  if (bias.defined()) {
    bias.zero_();
  }
}

} // namespace

InstanceNorm::InstanceNorm(std::int64_t channels) {
  weight = register_parameter("weight", torch::ones({channels}));
  bias = register_parameter("bias", torch::zeros({channels}));
}

Tensor InstanceNorm::forward(const Tensor& x) const {
  check_normed(x.size(2) * x.size(3) * x.size(4));
  const Tensor tokens = x.permute({0, 2, 3, 4, 1});
  if (tokens.is_contiguous() && has_block_norm(x, weight)) {
    return instance_norm(tokens, weight, bias).permute({0, 4, 1, 2, 3});
  }
  return at::instance_norm(x, weight, bias, {}, {}, /*use_input_stats=*/true, /*momentum=*/0, 1e-5, /*cudnn_enabled=*/false);
}

NormedConvolution::NormedConvolution(std::int64_t in, std::int64_t out, const Options& options) : activated_(options.activated) {
  conv_ = register_module("conv", std::make_shared<Convolution>(in, out, options.kernel, options.stride, options.has_bias));
  norm_ = register_module("norm", std::make_shared<InstanceNorm>(out));
}

Tensor NormedConvolution::forward(const Tensor& x) const {
  const Tensor y = norm_->forward(conv_->forward(x));
  return activated_ ? at::leaky_relu(y, kNnunetSlope) : y;
}

void NormedConvolution::draw_public_start() { draw_by_fan_in(conv_->weight, conv_->bias); }

void OutputConvolution::draw_public_start() { draw_by_fan_in(weight, bias); }

StackedConvolutions::StackedConvolutions(std::int64_t in, std::int64_t out, std::int64_t count) {
  const auto list = register_module("convs", std::make_shared<torch::nn::Module>());
  for (std::int64_t i = 0; i < count; ++i) {
    convolutions_.push_back(list->register_module(
        std::to_string(i), std::make_shared<NormedConvolution>(i == 0 ? in : out, out, NormedConvolution::Options{})));
  }
}

Tensor StackedConvolutions::forward(const Tensor& x) const {
  Tensor y = x;
  for (const auto& convolution : convolutions_) {
    y = convolution->forward(y);
  }
  return y;
}

NnunetResidualBlock::NnunetResidualBlock(std::int64_t in, std::int64_t out, std::int64_t stride) : stride_(stride) {
  conv1_ = register_module("conv1", std::make_shared<NormedConvolution>(in, out, NormedConvolution::Options{.stride = stride}));
  conv2_ =
      register_module("conv2", std::make_shared<NormedConvolution>(out, out, NormedConvolution::Options{.activated = false}));
  if (in != out) {
    const auto skip = register_module("skip", std::make_shared<torch::nn::Module>());
    projection_ = skip->register_module(
        stride == 1 ? "0" : "1", std::make_shared<NormedConvolution>(
                                     in, out, NormedConvolution::Options{.kernel = 1, .has_bias = false, .activated = false}));
  }
}

Tensor NnunetResidualBlock::forward(const Tensor& x) const {
  Tensor skip = stride_ == 1 ? x : at::avg_pool3d(x, stride_, stride_);
  if (projection_) {
    skip = projection_->forward(skip);
  }
  return at::leaky_relu(conv2_->forward(conv1_->forward(x)) + skip, kNnunetSlope);
}

void NnunetResidualBlock::draw_public_start() {
  const torch::NoGradGuard no_gradient;
  Tensor(conv2_->norm().weight).zero_();
}

TransposedConvolution::TransposedConvolution(std::int64_t in, std::int64_t out, std::int64_t stride) : stride_(stride) {
  const std::int64_t fan_in = out * stride * stride * stride; // as PyTorch counts it
  weight_ = register_parameter("weight", default_start({in, out, stride, stride, stride}, fan_in));
  bias_ = register_parameter("bias", default_start({out}, fan_in));
}

Tensor TransposedConvolution::forward(const Tensor& x) const {
  if (stride_ == 2 && !uses_plain_kernels() && has_own_products(x, weight_)) {
    return upsample(x.permute({0, 2, 3, 4, 1}), weight_.permute({0, 2, 3, 4, 1}), bias_).permute({0, 4, 1, 2, 3});
  }
  return at::conv_transpose3d(x, weight_, bias_, stride_);
}

void TransposedConvolution::draw_public_start() { draw_by_fan_in(weight_, bias_); }

} // namespace brainmvp::nn
