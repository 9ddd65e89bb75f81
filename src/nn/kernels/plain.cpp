#include "nn/kernels/plain.h"

#include <cmath>

#include "nn/kernels/aten_convolution.h"

namespace brainmvp::nn::plain {
namespace {

using torch::Tensor;

Tensor channels_first(const Tensor& x) { return x.permute({0, 4, 1, 2, 3}).contiguous(); }

Tensor channels_last_view(const Tensor& x) { return x.permute({0, 2, 3, 4, 1}); }

Tensor layer(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (x.dim() != 5) {
    return at::linear(x, weight, bias);
  }
  return channels_last_view(at::conv3d(channels_first(x), weight.view({weight.size(0), weight.size(1), 1, 1, 1}), bias));
}

} // namespace

Tensor token_layers(const Tensor& x, const TokenLayers& layers) {
  Tensor y = layer(plain::normalise(x, layers.norm), layers.weight1, layers.bias1);
  if (layers.weight2.defined()) {
    y = layer(at::gelu(y), layers.weight2, layers.bias2);
  }
  return layers.addend.defined() ? layers.addend + y : y;
}

Tensor normalise(const Tensor& x, const Norm& norm) {
  if (norm.kind != Norm::Kind::kBatch || x.dim() != 5 || norm.share.group != nullptr) {
    return nn::normalise(x, norm);
  }
  return channels_last_view(at::batch_norm(channels_first(x), norm.weight, norm.bias, norm.running_mean, norm.running_var,
                                           norm.is_training, kBatchNormMomentum, norm.epsilon, x.is_cuda()));
}

Tensor convolve(const Tensor& x, const Tensor& weight, const Tensor& bias, std::int64_t stride) {
  return channels_last_view(aten_convolution(channels_first(x), weight, bias, stride, weight.size(2) / 2));
}

Tensor embed_patches(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return channels_last_view(at::conv3d(channels_first(x), weight, bias, 2));
}

Tensor upsample(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return channels_last_view(at::conv_transpose3d(channels_first(x), weight, bias, 2));
}

Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
  return at::matmul(at::softmax(at::matmul(q, k.transpose(2, 3)) * scale, 3), v);
}

Tensor instance_norm(const Tensor& x) {
  return channels_last_view(at::instance_norm(channels_first(x), {}, {}, {}, {}, true, 0, 1e-5, x.is_cuda()));
}

} // namespace brainmvp::nn::plain
