// Copies boxes of an array into another order of axes, converting elements on the way.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "image/intensity.h"
#include "image/orientation.h"

namespace brainmvp::image {

// Where the elements of a box lie in the source: first + i * step[0] + j * step[1] + k * step[2] for destination (i, j, k).
struct Reordering {
  Size extent{0, 0, 0};
  std::ptrdiff_t first = 0;
  std::array<std::ptrdiff_t, 3> step{};
  std::size_t contiguous = 0; // the destination's axis along which the source is contiguous, forwards or backwards
};

// `box` in the reordered grid of a source of `size`.
inline Reordering reordering(const Size& size, const AxisOrder& order, const Box& box) {
  const std::array<std::ptrdiff_t, 3> stride{1, static_cast<std::ptrdiff_t>(size[0]),
                                             static_cast<std::ptrdiff_t>(size[0] * size[1])};
  Reordering out{.extent = box.size()};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t source = order.source_axis[axis];
    const std::size_t begin = order.flipped[axis] ? size[source] - 1 - box.begin[axis] : box.begin[axis];
    out.first += stride[source] * static_cast<std::ptrdiff_t>(begin);
    out.step[axis] = order.flipped[axis] ? -stride[source] : stride[source];
    if (source == 0) {
      out.contiguous = axis;
    }
  }
  return out;
}

namespace detail {

template <class Load, class Result>
void copy_row(std::ptrdiff_t from, std::ptrdiff_t step, std::size_t count, const Load& load, Result* to) {
  const auto n = static_cast<std::ptrdiff_t>(count);
  if (step > 0) { // two loops, so that both become vector code
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      to[i] = load(from + i);
    }
  } else {
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      to[i] = load(from - i);
    }
  }
}

} // namespace detail

// to[i + extent[0] * (j + extent[1] * k)] = load(element of the source). Tiles keep reads and writes within whole lines.
template <class Load, class Result>
void copy_reordered(const Reordering& box, const Load& load, Result* to) {
  const Size& n = box.extent;
  const std::array<std::size_t, 3> stride{1, n[0], n[0] * n[1]};
  const std::size_t rows = box.contiguous == 0 ? 1 : box.contiguous; // the axis in tiles with i
  const std::size_t outer = 3 - rows;
  const auto at = [&](std::size_t i, std::size_t row, std::size_t slab) {
    return box.first + box.step[0] * static_cast<std::ptrdiff_t>(i) + box.step[rows] * static_cast<std::ptrdiff_t>(row) +
           box.step[outer] * static_cast<std::ptrdiff_t>(slab);
  };
  constexpr std::size_t kTile = 32;
  std::array<std::array<Result, kTile>, kTile> tile;
  for (std::size_t slab = 0; slab < n[outer]; ++slab) {
    Result* plane = to + slab * stride[outer];
    if (box.contiguous == 0) {
      for (std::size_t row = 0; row < n[rows]; ++row) {
        detail::copy_row(at(0, row, slab), box.step[0], n[0], load, plane + row * stride[rows]);
      }
      continue;
    }
    for (std::size_t row = 0; row < n[rows]; row += kTile) {
      const std::size_t height = std::min(kTile, n[rows] - row);
      for (std::size_t i = 0; i < n[0]; i += kTile) {
        const std::size_t width = std::min(kTile, n[0] - i);
        for (std::size_t x = 0; x < width; ++x) {
          detail::copy_row(at(i + x, row, slab), box.step[rows], height, load, tile[x].data());
        }
        for (std::size_t y = 0; y < height; ++y) {
          Result* line = plane + (row + y) * stride[rows] + i;
          for (std::size_t x = 0; x < width; ++x) {
            line[x] = tile[x][y];
          }
        }
      }
    }
  }
}

} // namespace brainmvp::image
