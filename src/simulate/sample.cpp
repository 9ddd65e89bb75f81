#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/acquisition.h"

namespace brainmvp::simulate {
namespace {

// Indices n of a row at start + n * step for which all three coordinates stay within [0, size - 1].
struct Interval {
  std::ptrdiff_t begin, end;
};

Interval inside(const Vector& start, const Vector& step, const image::Size& size, std::size_t count) {
  double begin = 0;
  double end = static_cast<double>(count);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double last = static_cast<double>(size[axis]) - 1.001;
    if (std::abs(step[axis]) < 1e-12) {
      if (start[axis] < 0 || start[axis] > last) {
        return {.begin = 0, .end = 0};
      }
      continue;
    }
    const double a = -start[axis] / step[axis];
    const double b = (last - start[axis]) / step[axis];
    begin = std::max(begin, std::ceil(std::min(a, b)));
    end = std::min(end, std::floor(std::max(a, b)) + 1);
  }
  return {.begin = static_cast<std::ptrdiff_t>(begin), .end = static_cast<std::ptrdiff_t>(std::max(begin, end))};
}

// Voxels of a source as `add_row` reads them.
struct Source {
  const float* data;
  std::ptrdiff_t row, slice; // steps to the next
};

using Point = std::array<float, 3>;

// out[n] += weight * value at first + n * along, in voxels, for n within `range`. The wider registers give the same bits.
[[gnu::target_clones("avx2", "default")]] void add_row(const Source& source, const Point& first, const Point& along,
                                                       const Interval& range, float weight, float* out) {
  const auto row = static_cast<std::int32_t>(source.row);
  const auto slice = static_cast<std::int32_t>(source.slice);
  const auto end = static_cast<std::int32_t>(range.end);
  for (auto n = static_cast<std::int32_t>(range.begin); n < end; ++n) {
    const auto t = static_cast<float>(n);
    const float x = std::max(0.0F, first[0] + t * along[0]);
    const float y = std::max(0.0F, first[1] + t * along[1]);
    const float z = std::max(0.0F, first[2] + t * along[2]);
    const auto i = static_cast<std::int32_t>(x);
    const auto j = static_cast<std::int32_t>(y);
    const auto k = static_cast<std::int32_t>(z);
    const float dx = x - static_cast<float>(i);
    const float dy = y - static_cast<float>(j);
    const float dz = z - static_cast<float>(k);
    const float* p = source.data + (i + row * j + slice * k);
    const float a = p[0] + dx * (p[1] - p[0]);
    const float b = p[row] + dx * (p[row + 1] - p[row]);
    const float c = p[slice] + dx * (p[slice + 1] - p[slice]);
    const float d = p[slice + row] + dx * (p[slice + row + 1] - p[slice + row]);
    const float low = a + dy * (b - a);
    out[n] += weight * (low + dz * (c + dy * (d - c) - low));
  }
}

Point point(const Vector& v) { return {static_cast<float>(v[0]), static_cast<float>(v[1]), static_cast<float>(v[2])}; }

} // namespace

image::Volume sample(const image::Volume& source, const image::Grid& target, const image::Affine& place, int samples_along_k) {
  const image::Affine to_voxel = source.affine.inverse().after(place).after(target.affine);
  image::Volume out{.size = target.size, .affine = target.affine, .data = {}};
  out.data.assign(out.voxels(), 0.0F);
  const Source voxels{.data = source.data.data(),
                      .row = static_cast<std::ptrdiff_t>(source.size[0]),
                      .slice = static_cast<std::ptrdiff_t>(source.size[0] * source.size[1])};
  const Vector step{to_voxel.matrix[0][0], to_voxel.matrix[1][0], to_voxel.matrix[2][0]};
  for (std::size_t k = 0; k < target.size[2]; ++k) {
    for (int part = 0; part < samples_along_k; ++part) {
      const double within = (part + 0.5) / samples_along_k - 0.5;
      for (std::size_t j = 0; j < target.size[1]; ++j) {
        const Vector start = to_voxel.apply({0, static_cast<double>(j), static_cast<double>(k) + within});
        add_row(voxels, point(start), point(step), inside(start, step, source.size, out.size[0]),
                1.0F / static_cast<float>(samples_along_k), out.data.data() + out.index(0, j, k));
      }
    }
  }
  return out;
}

} // namespace brainmvp::simulate
