// Vectorised kernels of the depthwise convolution: float, channels-last, a block of channels at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace brainmvp::nn {

struct DepthwiseShape {
  std::int64_t depth = 0, height = 0, width = 0, channels = 0;
  std::int64_t kernel = 0; // 3 or 5
};

// Channels that one call treats on this processor.
std::int64_t depthwise_block();

// Zeroed room for one call; a thread may use it again for calls of the same shape.
std::vector<float> depthwise_scratch(const DepthwiseShape& shape);

// Channels first .. first + block of one sample. x, y: [D, H, W, C]; weight: [k, k, k, C]; bias: [C], or null for none.
void depthwise_channels(const DepthwiseShape& shape, const float* x, const float* weight, const float* bias, std::int64_t first,
                        float* y, std::vector<float>& scratch);

// The same channels of the weight's gradient, gw: [k, k, k, C], from x and the gradient of the output, both [D, H, W, C].
void depthwise_weight_gradient(const DepthwiseShape& shape, const float* x, const float* gy, std::int64_t first, float* gw,
                               std::vector<float>& scratch);

} // namespace brainmvp::nn
