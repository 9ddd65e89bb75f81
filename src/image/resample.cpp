#include "image/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread_pool.h"
#include "image/resample_axes.h"

namespace brainmvp::image {
namespace {

constexpr double kEdgeTolerance = 1e-6; // voxels; rounding must not push the outermost samples out

Tap tap_at(double coordinate, std::size_t count) {
  const double last = static_cast<double>(count - 1);
  Tap tap;
  tap.inside = coordinate >= -0.5 - kEdgeTolerance && coordinate <= last + 0.5 + kEdgeTolerance;
  const double clamped = std::clamp(coordinate, 0.0, last);
  tap.low = static_cast<std::size_t>(clamped);
  tap.high = std::min(tap.low + 1, count - 1);
  tap.weight = static_cast<float>(clamped - static_cast<double>(tap.low));
  return tap;
}

// Whether the map of indices couples no axes on a grid of `size`, up to a millionth of a voxel.
bool separable(const Affine& map, const Size& size) {
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      if (row != column && std::abs(map.matrix[row][column]) * static_cast<double>(size[column]) > 1e-6) {
        return false;
      }
    }
  }
  return true;
}

void check(std::size_t data_size, const Size& source, const Size& target) {
  const auto empty = [](const Size& size) { return size[0] == 0 || size[1] == 0 || size[2] == 0; };
  if (empty(source) || empty(target) || data_size != voxel_count(source)) {
    throw Error(ExitCode::kInternal, "resample: empty grid, or data that does not fit its grid");
  }
}

std::vector<Tap> axis_taps(const Affine& map, std::size_t axis, std::size_t target, std::size_t source) {
  std::vector<Tap> taps(target);
  for (std::size_t at = 0; at < target; ++at) {
    taps[at] = tap_at(map.matrix[axis][axis] * static_cast<double>(at) + map.translation[axis], source);
  }
  return taps;
}

float trilinear(const Volume& source, const Tap& i, const Tap& j, const Tap& k) {
  const auto along_i = [&](std::size_t at_j, std::size_t at_k) {
    const float* row = source.data.data() + source.index(0, at_j, at_k);
    return row[i.low] + i.weight * (row[i.high] - row[i.low]);
  };
  const auto along_j = [&](std::size_t at_k) {
    const float near = along_i(j.low, at_k);
    return near + j.weight * (along_i(j.high, at_k) - near);
  };
  const float near = along_j(k.low);
  return near + k.weight * (along_j(k.high) - near);
}

// Calls body(index in the target, coordinates in the source) for every voxel of `size`, slices in parallel.
template <class Body>
void for_each_voxel(const Size& size, const Affine& map, std::size_t threads, const Body& body) {
  parallel_for(size[2], threads, [&](std::size_t k) {
    std::size_t at = size[0] * size[1] * k;
    for (std::size_t j = 0; j < size[1]; ++j) {
      const Vector start = map.apply({0, static_cast<double>(j), static_cast<double>(k)});
      for (std::size_t i = 0; i < size[0]; ++i, ++at) {
        const auto x = static_cast<double>(i);
        body(at, Vector{start[0] + map.matrix[0][0] * x, start[1] + map.matrix[1][0] * x, start[2] + map.matrix[2][0] * x});
      }
    }
  });
}

// The nearest of `count` voxels, -1 outside. The tolerance sends every tie the same way, whatever the rounding of the affines.
std::ptrdiff_t nearest(double coordinate, std::size_t count) {
  const double rounded = std::floor(coordinate + 0.5 + kEdgeTolerance);
  return rounded >= 0 && rounded < static_cast<double>(count) ? static_cast<std::ptrdiff_t>(rounded) : -1;
}

void nearest_on_axes(const LabelVolume& source, const Affine& map, std::size_t threads, LabelVolume& out) {
  std::array<std::vector<std::ptrdiff_t>, 3> from;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t at = 0; at < out.size[axis]; ++at) {
      const double x = map.matrix[axis][axis] * static_cast<double>(at) + map.translation[axis];
      from[axis].push_back(nearest(x, source.size[axis]));
    }
  }
  parallel_for(out.size[2], threads, [&](std::size_t k) {
    for (std::size_t j = 0; j < out.size[1]; ++j) {
      if (from[1][j] < 0 || from[2][k] < 0) {
        continue; // stays 0
      }
      const std::int32_t* row =
          source.data.data() + source.index(0, static_cast<std::size_t>(from[1][j]), static_cast<std::size_t>(from[2][k]));
      std::int32_t* to = out.data.data() + out.index(0, j, k);
      for (std::size_t i = 0; i < out.size[0]; ++i) {
        to[i] = from[0][i] < 0 ? 0 : row[from[0][i]];
      }
    }
  });
}

} // namespace

bool same_grid(const Grid& a, const Grid& b) {
  return a.size == b.size && corner_distance_mm(a.affine, b.affine, a.size) < kSameGridMm;
}

Volume resample_linear(const Volume& source, const Grid& target, Outside outside, std::size_t threads) {
  check(source.data.size(), source.size, target.size);
  if (same_grid(grid_of(source), target)) {
    return {.size = target.size, .affine = target.affine, .data = source.data};
  }
  const Affine map = source.affine.inverse().after(target.affine);
  Volume out{.size = target.size, .affine = target.affine, .data = {}};
  if (separable(map, target.size)) {
    std::array<std::vector<Tap>, 3> taps;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      taps[axis] = axis_taps(map, axis, out.size[axis], source.size[axis]);
    }
    resample_axes(source, taps, outside == Outside::kZero, threads, out);
    return out;
  }
  resize_large(out.data, out.voxels());
  for_each_voxel(out.size, map, threads, [&](std::size_t at, const Vector& x) {
    const Tap i = tap_at(x[0], source.size[0]);
    const Tap j = tap_at(x[1], source.size[1]);
    const Tap k = tap_at(x[2], source.size[2]);
    if (outside == Outside::kBorder || (i.inside && j.inside && k.inside)) {
      out.data[at] = trilinear(source, i, j, k);
    }
  });
  return out;
}

LabelVolume resample_nearest(const LabelVolume& source, const Grid& target, std::size_t threads) {
  check(source.data.size(), source.size, target.size);
  if (same_grid(grid_of(source), target)) {
    return {.size = target.size, .affine = target.affine, .data = source.data};
  }
  const Affine map = source.affine.inverse().after(target.affine);
  LabelVolume out{.size = target.size, .affine = target.affine, .data = {}};
  resize_large(out.data, out.voxels());
  if (separable(map, target.size)) {
    nearest_on_axes(source, map, threads, out);
    return out;
  }
  for_each_voxel(out.size, map, threads, [&](std::size_t at, const Vector& x) {
    const std::ptrdiff_t i = nearest(x[0], source.size[0]);
    const std::ptrdiff_t j = nearest(x[1], source.size[1]);
    const std::ptrdiff_t k = nearest(x[2], source.size[2]);
    if (i >= 0 && j >= 0 && k >= 0) {
      out.data[at] =
          source.data[source.index(static_cast<std::size_t>(i), static_cast<std::size_t>(j), static_cast<std::size_t>(k))];
    }
  });
  return out;
}

} // namespace brainmvp::image
