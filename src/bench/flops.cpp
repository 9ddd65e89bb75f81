#include "bench/flops.h"

#include <cstddef>

namespace brainmvp::bench {
namespace {

// Multiplications and additions of a layer from `in` to `out` channels at each of `tokens`.
double layer(double tokens, double in, double out) { return 2 * tokens * in * out; }

double tokens_at(const std::array<std::int64_t, 3>& size, std::int64_t factor) {
  return static_cast<double>(size[0] / factor) * static_cast<double>(size[1] / factor) * static_cast<double>(size[2] / factor);
}

double depthwise(double tokens, double channels, double kernel) { return 2 * tokens * channels * kernel * kernel * kernel; }

double convolution_block(double tokens, double width) {
  return depthwise(tokens, width, 3) + depthwise(tokens, width, 5) + 2 * layer(tokens, width, width) +
         2 * layer(tokens, width, 4 * width);
}

double attention_block(double tokens, double width) {
  return depthwise(tokens, width, 3) + layer(tokens, width, 3 * width) + layer(tokens, width, width) +
         2 * layer(tokens, width, 4 * width) + 2 * layer(tokens, width, tokens); // q k^T, and its product with v
}

double encoder(const nn::UniFormerOptions& options, const std::array<std::int64_t, 3>& size) {
  constexpr std::size_t kConvolutionStages = 2;
  double sum = 0;
  auto in = static_cast<double>(options.input_channels);
  for (std::size_t stage = 0; stage < options.widths.size(); ++stage) {
    const double tokens = tokens_at(size, 2LL << stage);
    const auto width = static_cast<double>(options.widths[stage]);
    const double block = stage < kConvolutionStages ? convolution_block(tokens, width) : attention_block(tokens, width);
    sum += layer(tokens, 8 * in, width) + static_cast<double>(options.depths[stage]) * block;
    in = width;
  }
  return sum;
}

// Widths from the deepest stage to full resolution.
std::array<double, 5> decoder_widths(const nn::UniFormerOptions& options) {
  const auto& w = options.widths;
  return {static_cast<double>(w[3]), static_cast<double>(w[2]), static_cast<double>(w[1]), static_cast<double>(w[0]),
          static_cast<double>(w[0])};
}

} // namespace

double reconstruction_flops(const nn::UniFormerOptions& options, const std::array<std::int64_t, 3>& size) {
  const std::array<double, 5> widths = decoder_widths(options);
  double sum = encoder(options, size) + layer(tokens_at(size, 1), widths[4], 1);
  for (std::size_t i = 0; i < 4; ++i) {
    sum += layer(tokens_at(size, 16LL >> i), widths[i], 8 * widths[i + 1]);
  }
  return sum;
}

double segmentation_flops(const nn::UniFormerOptions& options, std::int64_t outputs, const std::array<std::int64_t, 3>& size) {
  const std::array<double, 5> widths = decoder_widths(options);
  const double full = tokens_at(size, 1);
  double sum = encoder(options, size) + layer(full, 27 * static_cast<double>(options.input_channels), widths[4]) +
               layer(full, widths[4], static_cast<double>(outputs));
  for (std::size_t i = 0; i < 4; ++i) {
    const double tokens = tokens_at(size, 8LL >> i); // after upsampling
    const double out = widths[i + 1];
    sum += layer(tokens, widths[i], out) + layer(tokens, 27 * 2 * out, out) + layer(tokens, 27 * out, out) +
           layer(tokens, 2 * out, out);
  }
  return sum;
}

double depthwise_flops(std::int64_t channels, std::int64_t kernel, const std::array<std::int64_t, 3>& size) {
  return depthwise(tokens_at(size, 1), static_cast<double>(channels), static_cast<double>(kernel));
}

} // namespace brainmvp::bench
