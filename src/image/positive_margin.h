// The foreground's distance from the faces of a volume, in one pass that looks only where it can still shrink.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "image/affine.h"

namespace brainmvp::image {

// Per axis, the smallest number of voxels between one that is positive and the nearer face; `size` when there is none.
// value(at) gives the number at element `at`.
template <class Value>
Size positive_margin(const Size& size, const Value& value) {
  // Vector code: without early exit, and with a result as wide as a number.
  const auto any = [&value](std::size_t begin, std::size_t end) {
    using Number = decltype(value(0));
    if constexpr (std::is_integral_v<Number>) {
      Number largest = 0;
      for (std::size_t at = begin; at < end; ++at) {
        const Number number = value(at);
        largest = number > largest ? number : largest;
      }
      return largest > 0;
    } else {
      std::int32_t found = 0;
      for (std::size_t at = begin; at < end; ++at) {
        found |= value(at) > 0 ? 1 : 0;
      }
      return found != 0;
    }
  };
  const auto positive = [&value](std::size_t at) { return value(at) > 0; };
  const auto nearer = [&size](std::size_t axis, std::size_t at) { return std::min(at, size[axis] - 1 - at); };
  Size margin = size;
  std::size_t row = 0;
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j, row += size[0]) {
      const std::size_t near_j = nearer(1, j);
      const std::size_t near_k = nearer(2, k);
      if (near_j < margin[1] || near_k < margin[2]) {
        if (!any(row, row + size[0])) {
          continue;
        }
        margin[1] = std::min(margin[1], near_j);
        margin[2] = std::min(margin[2], near_k);
      }
      const std::size_t reach = std::min(margin[0], (size[0] + 1) / 2);
      if (!any(row, row + reach) && !any(row + size[0] - reach, row + size[0])) {
        continue;
      }
      std::size_t i = 0;
      while (!positive(row + i) && !positive(row + size[0] - 1 - i)) {
        ++i;
      }
      margin[0] = std::min(margin[0], i);
    }
  }
  return margin;
}

} // namespace brainmvp::image
