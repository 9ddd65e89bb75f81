#include "nn/layers/decoder_parts.h"

#include <vector>

#include "nn/kernels/cube_convolution.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/plain.h"
#include "nn/kernels/token_norm.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

std::shared_ptr<InnerConvolution> inner_convolution(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return std::make_shared<InnerConvolution>(torch::IntArrayRef{out, in, kernel, kernel, kernel}, in * kernel * kernel * kernel);
}

// Each channel of each sample to mean 0 and variance 1, without weights. x: [B, H, W, D, C] contiguous
Tensor unit_norm(const Tensor& x) {
  if (uses_plain_kernels()) {
    return plain::instance_norm(x);
  }
  // The unit weights keep the statistics in float when x is bfloat16.
  const Tensor scale = at::ones({x.size(4)}, x.options().dtype(at::promoteTypes(x.scalar_type(), torch::kFloat)));
  const Tensor offset = at::zeros_like(scale);
  if (has_block_norm(x, scale)) {
    return instance_norm(x, scale, offset);
  }
  std::vector<Tensor> samples; // ATen's own instance norm copies to channels-first
  for (const Tensor& sample : x.unbind()) {
    samples.push_back(at::batch_norm(sample.view({-1, x.size(4)}), scale, offset, {}, {}, true, 0, 1e-5, x.is_cuda()));
  }
  return (samples.size() == 1 ? samples.front() : at::stack(samples)).view(x.sizes());
}

Tensor& leaky_relu(Tensor& x) { return at::leaky_relu_(x, 0.01); }

} // namespace

Tensor upsample(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (uses_plain_kernels()) {
    return plain::upsample(x, weight.permute({0, 4, 1, 2, 3}), bias);
  }
  const Tensor rows = token_layer(x, weight.flatten(1).t(), bias.defined() ? bias.repeat(8) : Tensor());
  const Tensor cells = rows.unflatten(4, {2, 2, 2, weight.size(4)}); // [B, H, W, D, 2, 2, 2, out]
  return cells.permute({0, 1, 4, 2, 5, 3, 6, 7}).flatten(5, 6).flatten(3, 4).flatten(1, 2);
}

InnerConvolution::InnerConvolution(torch::IntArrayRef shape, std::int64_t fan_in) {
  const auto convolution = register_module("conv", std::make_shared<torch::nn::Module>());
  weight = convolution->register_parameter("weight", default_start(shape, fan_in));
}

ResidualConvolution::ResidualConvolution(std::int64_t in, std::int64_t out) {
  conv1_ = register_module("conv1", inner_convolution(in, out, 3));
  conv2_ = register_module("conv2", inner_convolution(out, out, 3));
  conv3_ = register_module("conv3", inner_convolution(in, out, 1));
}

Tensor ResidualConvolution::forward(Tensor x) const {
  Tensor y = unit_norm(convolve_cubes(x, conv1_->weight));
  Tensor shortcut = token_layer(x, conv3_->weight.flatten(1));
  x.reset();
  shortcut = unit_norm(shortcut);
  y = unit_norm(convolve_cubes(leaky_relu(y), conv2_->weight));
  // Not in place: autograd loses the gradient of what is added to a view that changes again (PyTorch 2.13).
  Tensor sum = y + shortcut;
  return leaky_relu(sum);
}

DecoderLevel::DecoderLevel(std::int64_t in, std::int64_t out) {
  transposed_ = register_module("transp_conv", std::make_shared<InnerConvolution>(torch::IntArrayRef{in, out, 2, 2, 2}, 8 * out));
  block_ = register_module("conv_block", std::make_shared<ResidualConvolution>(2 * out, out));
}

Tensor DecoderLevel::transposed_weight() const { return transposed_->weight.permute({0, 2, 3, 4, 1}); }

Tensor DecoderLevel::forward(const Tensor& x, Tensor skip) const {
  Tensor both = at::cat({upsample(x, transposed_weight()), skip}, 4).contiguous();
  skip.reset();
  return block_->forward(std::move(both));
}

DecoderLevels register_decoder_levels(torch::nn::Module& parent, const std::array<std::int64_t, 4>& widths) {
  const std::array<std::int64_t, 5> channels{widths[3], widths[2], widths[1], widths[0], widths[0]};
  DecoderLevels levels;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::string name = "decoder" + std::to_string(5 - i);
    levels[i] = parent.register_module(name, std::make_shared<DecoderLevel>(channels[i], channels[i + 1]));
  }
  return levels;
}

InputProjection::InputProjection(std::int64_t in, std::int64_t out) {
  constexpr std::int64_t kKernel = 3;
  const auto projection = register_module("proj", std::make_shared<torch::nn::Module>());
  const std::int64_t fan_in = kKernel * kKernel * kKernel * in;
  weight_ = projection->register_parameter("weight", default_start({out, in, kKernel, kKernel, kKernel}, fan_in));
  bias_ = projection->register_parameter("bias", default_start({out}, fan_in));
  norm_ = register_module("norm", std::make_shared<LayerNorm>(out, 1e-5));
}

Tensor InputProjection::forward(const Tensor& x) const {
  // The weight's axes are those of the encoder, [D, H, W]; turning the weight spares turning the result.
  return norm_->forward(convolve_cubes(x.permute({0, 2, 3, 4, 1}).contiguous(), weight_.permute({0, 1, 3, 4, 2}), bias_));
}

std::shared_ptr<Linear> register_output_convolution(torch::nn::Module& parent, const std::string& name, std::int64_t in,
                                                    std::int64_t out) {
  const auto outer = parent.register_module(name, std::make_shared<torch::nn::Module>());
  const auto inner = outer->register_module("conv", std::make_shared<torch::nn::Module>());
  return inner->register_module("conv", std::make_shared<Linear>(in, out, Linear::Kind::kPointwiseConvolution));
}

} // namespace brainmvp::nn
