#include "nn/layers/mednext_layers.h"

#include <string>
#include <vector>

#include "nn/layers/checkpointing.h"
#include "nn/layers/size_check.h"

namespace brainmvp::nn {

using torch::Tensor;

MednextTransposed::MednextTransposed(std::int64_t in, std::int64_t out) {
  weight = register_parameter("weight", default_start({in, out, 1, 1, 1}, out)); // fan-in as PyTorch counts it
  bias = register_parameter("bias", default_start({out}, out));
}

Tensor MednextTransposed::matrix() const { return weight.view({weight.size(0), weight.size(1)}).t(); }

Tensor MednextTransposed::forward(const Tensor& x) const { return token_layer(x, matrix(), bias); }

MednextBlock::MednextBlock(const Options& options) : sampling_(options.sampling) {
  constexpr auto kKind = Linear::Kind::kPointwiseConvolution;
  const std::int64_t hidden = options.expansion * options.in;
  depthwise_ = register_module("conv1", std::make_shared<MednextDepthwise>(options.in, options.kernel, sampling_));
  norm_ = register_module("norm", std::make_shared<InstanceNorm>(options.in));
  expand_ = register_module("conv2", std::make_shared<MednextLinear>(options.in, hidden, kKind));
  compress_ = register_module("conv3", std::make_shared<MednextLinear>(hidden, options.out, kKind));
  if (sampling_ == Sampling::kHalved) {
    halved_skip_ = register_module("res_conv", std::make_shared<MednextLinear>(options.in, options.out, kKind));
  } else if (sampling_ == Sampling::kDoubled) {
    doubled_skip_ = register_module("res_conv", std::make_shared<MednextTransposed>(options.in, options.out));
  }
}

// Of a depthwise convolution's result. bias: of the last convolution.
Tensor MednextBlock::mix(const Tensor& x, const Tensor& bias, const Tensor& addend) const {
  check_normed(x.size(1) * x.size(2) * x.size(3));
  // Instance norm is the batch norm of a batch of one sample, which the layers take in without a pass of its own.
  TokenLayers layers{
      .norm = {.kind = Norm::Kind::kBatch, .epsilon = 1e-5, .weight = norm_->weight, .bias = norm_->bias, .is_training = true},
      .weight1 = expand_->matrix(),
      .bias1 = expand_->bias,
      .weight2 = compress_->matrix(),
      .bias2 = bias};
  std::vector<Tensor> samples;
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    layers.addend = addend.defined() ? addend.narrow(0, i, 1) : Tensor();
    samples.push_back(token_layers(x.narrow(0, i, 1), layers));
  }
  return samples.size() == 1 ? samples.front() : at::cat(samples);
}

Tensor MednextBlock::to_half(const Tensor& x) const {
  const auto even = [](const Tensor& y, std::int64_t axis) { return y.slice(axis, 0, std::nullopt, 2); };
  return mix(depthwise_->forward(x), compress_->bias, halved_skip_->forward(even(even(even(x, 1), 2), 3)));
}

Tensor MednextBlock::to_double(const Tensor& x) const {
  // The skip's transposed convolution of stride 2 gives its bias everywhere and its products at every second position.
  const Tensor mixed = mix(depthwise_->forward(x), compress_->bias + doubled_skip_->bias, {});
  const Tensor products = token_layer(x, doubled_skip_->matrix());
  const Tensor spread =
      at::constant_pad_nd(products.unsqueeze(4).unsqueeze(3).unsqueeze(2), {0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0});
  return at::constant_pad_nd(mixed, {0, 0, 1, 0, 1, 0, 1, 0}) + spread.flatten(5, 6).flatten(3, 4).flatten(1, 2);
}

Tensor MednextBlock::forward(const Tensor& x) const {
  switch (sampling_) {
  case Sampling::kHalved:
    return to_half(x);
  case Sampling::kDoubled:
    return to_double(x);
  case Sampling::kSame:
    break;
  }
  return mix(depthwise_->forward(x), compress_->bias, x);
}

MednextBlocks register_mednext_blocks(torch::nn::Module& stage, std::int64_t count, std::int64_t channels, std::int64_t expansion,
                                      std::int64_t kernel) {
  MednextBlocks blocks;
  for (std::int64_t i = 0; i < count; ++i) {
    blocks.push_back(stage.register_module(std::to_string(i),
                                           std::make_shared<MednextBlock>(MednextBlock::Options{
                                               .in = channels, .out = channels, .expansion = expansion, .kernel = kernel})));
  }
  return blocks;
}

Tensor forward_blocks(const MednextBlocks& blocks, const Tensor& x) {
  Tensor y = x;
  for (const auto& block : blocks) {
    y = forward_block(block, y);
  }
  return y;
}

} // namespace brainmvp::nn
