// Vectorised kernels of the depthwise convolution: channels-last, one group of channels in one slab of planes at a time, summed
// in single precision.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/kernels/token_math.h"

namespace brainmvp::nn {

struct DepthwiseShape {
  std::int64_t depth = 0, height = 0, width = 0, channels = 0; // of the grid, the finer one where there are two
  std::int64_t kernel = 0;                                     // 3 or 5
  Storage storage = Storage::kFloat;
  // x has values, or y is wanted, at every first or second position of the grid along each axis, from 0; one of the two is 1.
  std::int64_t x_stride = 1, y_stride = 1;
};

inline constexpr std::int64_t kDepthwiseChannels = 32; // that one call treats, at most

// Room for one call; a thread may use it again for calls of the same shape.
std::vector<float> depthwise_scratch(const DepthwiseShape& shape);

// What one call treats: channels first .. first + kDepthwiseChannels, as far as there are, in the planes begin .. end of one
// sample's grid.
struct DepthwiseSlab {
  std::int64_t first = 0;
  std::int64_t begin = 0, end = 0;
};

// x, y: [D, H, W, C] in the shape's storage, of the sides that their strides leave; weight: [k, k, k, C]; bias: [C] or null.
void depthwise_channels(const DepthwiseShape& shape, const DepthwiseSlab& slab, const void* x, const float* weight,
                        const float* bias, void* y, std::vector<float>& scratch);

// What the slab gives of the weight's gradient, gw: [k, k, k, C], from x and the gradient of y; x_stride is 1.
void depthwise_weight_gradient(const DepthwiseShape& shape, const DepthwiseSlab& slab, const void* x, const void* gy, float* gw,
                               std::vector<float>& scratch);

} // namespace brainmvp::nn
