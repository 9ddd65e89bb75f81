#include "store/copy_crop.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "store/crop_kernels.h"
#include "store/crop_part.h"

namespace brainmvp::store {
namespace {

// Element of the source at the first voxel of the part, and of the destination.
std::ptrdiff_t first_in(const Part& part, const image::Size& volume, const Start& start) {
  const auto at = [&](std::size_t axis) { return start[axis] + part.low[axis]; };
  return at(0) + static_cast<std::ptrdiff_t>(volume[0]) * (at(1) + static_cast<std::ptrdiff_t>(volume[1]) * at(2));
}

std::ptrdiff_t first_out(const Part& part, const image::Size& crop) {
  return part.low[2] + static_cast<std::ptrdiff_t>(crop[2]) * (part.low[1] + static_cast<std::ptrdiff_t>(crop[1]) * part.low[0]);
}

} // namespace

void copy_box(std::span<const std::int16_t> source, const image::Size& volume, const Start& start, const image::Size& crop,
              const Reading& reading, std::span<float> destination) {
  const Part part = part_inside(volume, start, crop);
  clear_outside(part, crop, destination);
  if (part.empty()) {
    return;
  }
  transpose_scaled({.from = source.data() + first_in(part, volume, start),
                    .from_j = static_cast<std::ptrdiff_t>(volume[0]),
                    .from_k = static_cast<std::ptrdiff_t>(volume[0] * volume[1]),
                    .to = destination.data() + first_out(part, crop),
                    .to_i = static_cast<std::ptrdiff_t>(crop[1] * crop[2]),
                    .to_j = static_cast<std::ptrdiff_t>(crop[2]),
                    .count_i = part.high[0] - part.low[0],
                    .count_j = part.high[1] - part.low[1],
                    .count_k = part.high[2] - part.low[2],
                    .scale = reading.scale,
                    .low = reading.low,
                    .high = reading.high});
}

void copy_box(std::span<const std::uint8_t> source, const image::Size& volume, const Start& start, const image::Size& crop,
              std::span<std::uint8_t> destination) {
  constexpr std::ptrdiff_t kTile = 64; // of i and k: reads and writes use whole cache lines
  const Part part = part_inside(volume, start, crop);
  clear_outside(part, crop, destination);
  if (part.empty()) {
    return;
  }
  const std::uint8_t* from = source.data() + first_in(part, volume, start);
  std::uint8_t* to = destination.data() + first_out(part, crop);
  const std::array<std::ptrdiff_t, 3> count{part.high[0] - part.low[0], part.high[1] - part.low[1], part.high[2] - part.low[2]};
  const auto from_j = static_cast<std::ptrdiff_t>(volume[0]);
  const auto from_k = static_cast<std::ptrdiff_t>(volume[0] * volume[1]);
  const auto to_i = static_cast<std::ptrdiff_t>(crop[1] * crop[2]);
  const auto to_j = static_cast<std::ptrdiff_t>(crop[2]);
  for (std::ptrdiff_t k0 = 0; k0 < count[2]; k0 += kTile) {
    for (std::ptrdiff_t j = 0; j < count[1]; ++j) {
      for (std::ptrdiff_t i0 = 0; i0 < count[0]; i0 += kTile) {
        for (std::ptrdiff_t i = i0; i < std::min(i0 + kTile, count[0]); ++i) {
          for (std::ptrdiff_t k = k0; k < std::min(k0 + kTile, count[2]); ++k) {
            to[i * to_i + j * to_j + k] = from[i + j * from_j + k * from_k];
          }
        }
      }
    }
  }
}

} // namespace brainmvp::store
