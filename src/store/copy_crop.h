// Copies a box of a volume (i fastest, as in files) to tensor order (k fastest).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "image/volume.h"
#include "store/store.h"

namespace brainmvp::store {

// destination: [crop i][crop j][crop k]. Voxels outside the volume become 0; `convert` maps a stored value to the result.
// Tiles of i and k keep reads and writes within cache lines that are used whole.
template <class Stored, class Result, class Convert>
void copy_transposed(std::span<const Stored> source, const image::Size& volume, const Start& start, const image::Size& crop,
                     std::span<Result> destination, Convert convert) {
  constexpr std::int64_t kTile = 32;
  std::array<std::int64_t, 3> low{};
  std::array<std::int64_t, 3> high{}; // the part of the crop that lies in the volume
  bool inside = true;
  bool whole = true;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto side = static_cast<std::int64_t>(crop[axis]);
    low[axis] = std::clamp<std::int64_t>(-start[axis], 0, side);
    high[axis] = std::clamp<std::int64_t>(static_cast<std::int64_t>(volume[axis]) - start[axis], 0, side);
    inside = inside && low[axis] < high[axis];
    whole = whole && low[axis] == 0 && high[axis] == side;
  }
  if (!whole) {
    std::ranges::fill(destination, Result{});
  }
  if (!inside) {
    return;
  }
  const auto row = static_cast<std::int64_t>(volume[0]);
  const std::int64_t slice = row * static_cast<std::int64_t>(volume[1]);
  const auto crop_k = static_cast<std::int64_t>(crop[2]);
  const std::int64_t crop_jk = static_cast<std::int64_t>(crop[1]) * crop_k;
  std::array<Result, static_cast<std::size_t>(kTile * kTile)> tile;
  for (std::int64_t k0 = low[2]; k0 < high[2]; k0 += kTile) {
    const std::int64_t depth = std::min(kTile, high[2] - k0);
    for (std::int64_t j = low[1]; j < high[1]; ++j) {
      for (std::int64_t i0 = low[0]; i0 < high[0]; i0 += kTile) {
        const std::int64_t width = std::min(kTile, high[0] - i0);
        const Stored* from = source.data() + (start[0] + i0) + row * (start[1] + j) + slice * (start[2] + k0);
        for (std::int64_t k = 0; k < depth; ++k, from += slice) {
          for (std::int64_t i = 0; i < width; ++i) {
            tile[static_cast<std::size_t>(k * kTile + i)] = convert(from[i]);
          }
        }
        Result* to = destination.data() + i0 * crop_jk + j * crop_k + k0;
        for (std::int64_t i = 0; i < width; ++i, to += crop_jk) {
          for (std::int64_t k = 0; k < depth; ++k) {
            to[k] = tile[static_cast<std::size_t>(k * kTile + i)];
          }
        }
      }
    }
  }
}

} // namespace brainmvp::store
