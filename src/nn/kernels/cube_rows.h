// What a 3^3 convolution, zero-padded by 1, does on channels-last activations on a CPU: products of rows, read as they lie. Sums
// have one order whatever the number of threads. x: [B, D, H, W, in], y: [B, D', H', W', out], float or bfloat16, contiguous;
// with `stride` 2, y lies at every second position of x's grid.
#pragma once

#include <torch/types.h>

namespace brainmvp::nn {

// The grid of inputs, [B, D, H, W, channels], and that of outputs: every `stride`-th position of it.
struct CubeShape {
  CubeShape(const torch::Tensor& x, std::int64_t step)
      : stride(step), samples(x.size(0)), depth(x.size(1)), height(x.size(2)), width(x.size(3)), channels(x.size(4)) {}

  [[nodiscard]] std::int64_t out(std::int64_t side) const { return (side + stride - 1) / stride; }
  [[nodiscard]] std::int64_t row(std::int64_t b, std::int64_t d, std::int64_t h) const { return (b * depth + d) * height + h; }
  [[nodiscard]] std::int64_t out_row(std::int64_t b, std::int64_t d, std::int64_t h) const {
    return (b * out(depth) + d) * out(height) + h;
  }

  std::int64_t stride, samples, depth, height, width, channels;
};

// [B, D, H, W, C] -> [B D H W, C]
inline torch::Tensor tokens_of(const torch::Tensor& x) { return x.view({-1, x.size(4)}); }

// weight: [out, in, 3, 3, 3]; bias: [out] or undefined
torch::Tensor convolve_rows(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias, std::int64_t stride);

// The gradient of x under stride 1, from that of y.
torch::Tensor convolve_back(const torch::Tensor& gy, const torch::Tensor& weight);

// The gradient of x under stride 2. weight: [out, in, 3, 3, 3]
torch::Tensor spread_rows(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& gy);

// The gradient of the weight, [out, in, 3, 3, 3], float.
torch::Tensor weight_gradient_of(const torch::Tensor& x, const torch::Tensor& gy, std::int64_t stride);

} // namespace brainmvp::nn
