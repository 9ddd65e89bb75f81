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

class RowSampler {
public:
  explicit RowSampler(const image::Volume& source)
      : source_(source), row_(static_cast<std::ptrdiff_t>(source.size[0])),
        slice_(static_cast<std::ptrdiff_t>(source.size[0] * source.size[1])) {}

  // out[n] += weight * value at start + n * step, in voxels of the source.
  void add(const Vector& start, const Vector& step, float weight, std::span<float> out) const {
    const Interval range = inside(start, step, source_.size, out.size());
    const std::array<float, 3> first{static_cast<float>(start[0]), static_cast<float>(start[1]), static_cast<float>(start[2])};
    const std::array<float, 3> along{static_cast<float>(step[0]), static_cast<float>(step[1]), static_cast<float>(step[2])};
    for (std::ptrdiff_t n = range.begin; n < range.end; ++n) {
      const auto t = static_cast<float>(n);
      const float x = std::max(0.0F, first[0] + t * along[0]);
      const float y = std::max(0.0F, first[1] + t * along[1]);
      const float z = std::max(0.0F, first[2] + t * along[2]);
      const int i = static_cast<int>(x);
      const int j = static_cast<int>(y);
      const int k = static_cast<int>(z);
      out[static_cast<std::size_t>(n)] +=
          weight * cell(source_.data.data() + i + row_ * j + slice_ * k, x - static_cast<float>(i), y - static_cast<float>(j),
                        z - static_cast<float>(k));
    }
  }

private:
  [[nodiscard]] float cell(const float* p, float x, float y, float z) const {
    const auto along = [x](const float* q) { return q[0] + x * (q[1] - q[0]); };
    const float a = along(p);
    const float b = along(p + row_);
    const float c = along(p + slice_);
    const float d = along(p + slice_ + row_);
    const float low = a + y * (b - a);
    return low + z * (c + y * (d - c) - low);
  }

  const image::Volume& source_;
  std::ptrdiff_t row_;
  std::ptrdiff_t slice_;
};

} // namespace

image::Volume sample(const image::Volume& source, const image::Grid& target, const image::Affine& place, int samples_along_k) {
  const image::Affine to_voxel = source.affine.inverse().after(place).after(target.affine);
  image::Volume out{.size = target.size, .affine = target.affine, .data = {}};
  out.data.assign(out.voxels(), 0.0F);
  const RowSampler sampler(source);
  const Vector step{to_voxel.matrix[0][0], to_voxel.matrix[1][0], to_voxel.matrix[2][0]};
  for (std::size_t k = 0; k < target.size[2]; ++k) {
    for (int part = 0; part < samples_along_k; ++part) {
      const double within = (part + 0.5) / samples_along_k - 0.5;
      for (std::size_t j = 0; j < target.size[1]; ++j) {
        const Vector start = to_voxel.apply({0, static_cast<double>(j), static_cast<double>(k) + within});
        sampler.add(start, step, 1.0F / static_cast<float>(samples_along_k),
                    std::span(out.data).subspan(out.index(0, j, k), out.size[0]));
      }
    }
  }
  return out;
}

} // namespace brainmvp::simulate
