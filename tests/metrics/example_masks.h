// Masks that the tests of this module share.
#pragma once

#include "metrics/masks.h"

namespace brainmvp::metrics {

inline MaskPair empty_masks(const image::Size& size, const image::Vector& spacing_mm = {1, 1, 1}) {
  const std::vector<std::uint8_t> background(size[0] * size[1] * size[2]);
  return {.size = size, .spacing_mm = spacing_mm, .prediction = background, .reference = background};
}

// Sets the voxels begin <= index < end of a mask.
inline void fill_box(std::vector<std::uint8_t>& mask, const image::Size& size, const image::Size& begin, const image::Size& end) {
  for (std::size_t k = begin[2]; k < end[2]; ++k) {
    for (std::size_t j = begin[1]; j < end[1]; ++j) {
      for (std::size_t i = begin[0]; i < end[0]; ++i) {
        mask[i + size[0] * (j + size[1] * k)] = 1;
      }
    }
  }
}

} // namespace brainmvp::metrics
