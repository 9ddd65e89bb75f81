#include "nn/uniformer_decoder.h"

#include <memory>
#include <string>

#include "nn/layers.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

std::shared_ptr<torch::nn::Module> child(torch::nn::Module& parent, const std::string& name) {
  return parent.register_module(name, std::make_shared<torch::nn::Module>());
}

// A convolution's weight, two modules deep as the public code names it: <name>.conv.weight.
void register_unused_convolution(torch::nn::Module& parent, const std::string& name, std::int64_t in, std::int64_t out,
                                 std::int64_t kernel) {
  const std::int64_t fan_in = in * kernel * kernel * kernel;
  const auto convolution = child(*child(parent, name), "conv");
  convolution->register_parameter("weight", convolution_start({out, in, kernel, kernel, kernel}, fan_in));
}

// [in, out, 2, 2, 2] -> [in, 2, 2, 2, out]
Tensor channels_last(const Tensor& weight) { return weight.permute({0, 2, 3, 4, 1}); }

// Transposed convolution of kernel 2 and stride 2. x: [B, H, W, D, in], weight: [in, 2, 2, 2, out] -> [B, 2H, 2W, 2D, out]
Tensor upsample(const Tensor& x, const Tensor& weight) {
  const Tensor cells = at::matmul(x, weight.flatten(1)).unflatten(4, {2, 2, 2, weight.size(4)}); // [B, H, W, D, 2, 2, 2, out]
  return cells.permute({0, 1, 4, 2, 5, 3, 6, 7}).flatten(5, 6).flatten(3, 4).flatten(1, 2);
}

} // namespace

ReconstructionDecoder::ReconstructionDecoder(const std::array<std::int64_t, 4>& widths) {
  const std::array<std::int64_t, 5> channels{widths[3], widths[2], widths[1], widths[0], widths[0]};
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const std::int64_t in = channels[i];
    const std::int64_t out = channels[i + 1];
    const auto level = child(*this, "decoder" + std::to_string(5 - i));
    const auto transposed = child(*child(*level, "transp_conv"), "conv");
    weights_[i] = transposed->register_parameter("weight", convolution_start({in, out, 2, 2, 2}, 8 * out));
    const auto block = child(*level, "conv_block");
    register_unused_convolution(*block, "conv1", 2 * out, out, 3);
    register_unused_convolution(*block, "conv2", out, out, 3);
    register_unused_convolution(*block, "conv3", 2 * out, out, 1);
  }
  constexpr std::int64_t kInputFan = 27;
  const auto skip = child(*this, "proj1");
  const auto projection = child(*skip, "proj");
  projection->register_parameter("weight", convolution_start({widths[0], 1, 3, 3, 3}, kInputFan));
  projection->register_parameter("bias", convolution_start({widths[0]}, kInputFan));
  skip->register_module("norm", std::make_shared<LayerNorm>(widths[0], 1e-5));
  const auto output = child(*child(*child(*this, "out_1"), "conv"), "conv");
  output_weight_ = output->register_parameter("weight", convolution_start({1, widths[0], 1, 1, 1}, widths[0]));
  output_bias_ = output->register_parameter("bias", convolution_start({1}, widths[0]));
}

Tensor ReconstructionDecoder::forward(const Tensor& x) const {
  Tensor tokens = x;
  for (std::size_t i = 0; i + 1 < weights_.size(); ++i) {
    tokens = upsample(tokens, channels_last(weights_[i]));
  }
  // Nothing stands between the last two convolutions: their product spares a tensor of widths[0] channels at full size.
  const Tensor last = at::matmul(channels_last(weights_.back()), output_weight_.flatten().unsqueeze(1)); // [in, 2, 2, 2, 1]
  return (upsample(tokens, last) + output_bias_).squeeze(4).unsqueeze(1);
}

} // namespace brainmvp::nn
