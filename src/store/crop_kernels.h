// The inner loop of crops: int16 volumes to floats in tensor order, with vectors chosen at run time by what the CPU has.
#pragma once

#include <cstddef>
#include <cstdint>

namespace brainmvp::store {

// to[i * to_i + j * to_j + k] = clamp(from[i + j * from_j + k * from_k], low, high) * scale for i, j, k below the extents; steps
// in elements.
struct TransposedCopy {
  const std::int16_t* from = nullptr;
  std::ptrdiff_t from_j = 0;
  std::ptrdiff_t from_k = 0;
  float* to = nullptr;
  std::ptrdiff_t to_i = 0;
  std::ptrdiff_t to_j = 0;
  std::ptrdiff_t count_i = 0;
  std::ptrdiff_t count_j = 0;
  std::ptrdiff_t count_k = 0;
  float scale = 1;
  std::int16_t low = 0;
  std::int16_t high = 0;
};

void transpose_scaled(const TransposedCopy& copy);

} // namespace brainmvp::store
