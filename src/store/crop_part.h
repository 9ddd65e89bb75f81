// The part of a crop that lies in a volume.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "image/volume.h"
#include "store/store.h"

namespace brainmvp::store {

// In voxels of the crop; empty along some axis when none does.
struct Part {
  std::array<std::ptrdiff_t, 3> low{};
  std::array<std::ptrdiff_t, 3> high{};
  [[nodiscard]] bool empty() const { return low[0] == high[0] || low[1] == high[1] || low[2] == high[2]; }
};

inline Part part_inside(const image::Size& volume, const Start& start, const image::Size& crop) {
  Part part;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto side = static_cast<std::ptrdiff_t>(crop[axis]);
    part.low[axis] = std::clamp<std::ptrdiff_t>(-start[axis], 0, side);
    part.high[axis] = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(volume[axis]) - start[axis], part.low[axis], side);
  }
  return part;
}

// Zeros in what lies outside, of a crop in tensor order (k fastest).
template <class Result>
void clear_outside(const Part& part, const image::Size& crop, std::span<Result> destination) {
  Result* row = destination.data();
  const auto count = static_cast<std::ptrdiff_t>(crop[2]);
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(crop[0]); ++i) {
    for (std::ptrdiff_t j = 0; j < static_cast<std::ptrdiff_t>(crop[1]); ++j, row += count) {
      const bool inside = i >= part.low[0] && i < part.high[0] && j >= part.low[1] && j < part.high[1];
      std::fill(row, row + (inside ? part.low[2] : count), Result{});
      std::fill(row + (inside ? part.high[2] : count), row + count, Result{});
    }
  }
}

} // namespace brainmvp::store
