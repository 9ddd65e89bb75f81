// Copies a box of a volume (i fastest, as in files) to tensor order (k fastest).
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "image/volume.h"
#include "store/store.h"

namespace brainmvp::store {

// How stored values are read: those between `low` and `high`, and these instead of what lies beyond, times `scale`.
struct Reading {
  float scale = 1;
  std::int16_t low = std::numeric_limits<std::int16_t>::min();
  std::int16_t high = std::numeric_limits<std::int16_t>::max();
};

// destination: [crop i][crop j][crop k], each element written once; voxels outside the volume become 0. Fastest where the
// destination starts at a cache line.
void copy_box(std::span<const std::int16_t> source, const image::Size& volume, const Start& start, const image::Size& crop,
              const Reading& reading, std::span<float> destination);
void copy_box(std::span<const std::uint8_t> source, const image::Size& volume, const Start& start, const image::Size& crop,
              std::span<std::uint8_t> destination);

} // namespace brainmvp::store
