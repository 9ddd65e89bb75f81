// Smooth functions of space: values on a coarse regular lattice, trilinear between, the border's value outside.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/random.h"
#include "image/affine.h"

namespace brainmvp::simulate {

using image::Vector;

// A box in RAS millimetres.
struct Extent {
  Vector low_mm{0, 0, 0};
  Vector high_mm{0, 0, 0};
};

class Lattice {
public:
  // As many points as it takes to cover `extent`; all values 0.
  Lattice(const Extent& extent, double spacing_mm);

  [[nodiscard]] float at(const Vector& mm) const {
    const Cell i = cell(mm, 0);
    const Cell j = cell(mm, 1);
    const Cell k = cell(mm, 2);
    const std::size_t row = size_[0];
    const std::size_t slice = size_[0] * size_[1];
    const float* corner = values_.data() + i.low + row * j.low + slice * k.low;
    const auto along = [&i](const float* p) { return p[0] + i.share * (p[1] - p[0]); };
    const float a = along(corner);
    const float b = along(corner + slice);
    const float low = a + j.share * (along(corner + row) - a);
    const float high = b + j.share * (along(corner + slice + row) - b);
    return low + k.share * (high - low);
  }

  // out[n] = at(start + n * step along the first axis).
  void row(const Vector& start_mm, double step_mm, std::span<float> out) const;

  // value = function(position) at every point.
  void fill(const std::function<double(const Vector&)>& function);

  // Independent normal values, `passes` times averaged with their neighbours (1 2 1) along each axis, brought back to a
  // standard deviation of 1 at the points.
  void fill_random(RandomStream& stream, int passes = 0);

  // Averages with both neighbours (1 2 1) along each axis.
  void smooth();

  [[nodiscard]] Vector position(std::size_t i, std::size_t j, std::size_t k) const;
  [[nodiscard]] const image::Size& size() const { return size_; }
  [[nodiscard]] double spacing_mm() const { return spacing_mm_; }
  [[nodiscard]] std::span<float> values() { return values_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }

private:
  struct Cell {
    std::size_t low;
    float share; // of the upper neighbour
  };

  // The cell of a coordinate, kept inside.
  [[nodiscard]] Cell cell(const Vector& mm, std::size_t axis) const {
    const auto at = static_cast<float>((mm[axis] - origin_mm_[axis]) * points_per_mm_);
    const float inside = std::min(std::max(at, 0.0F), last_[axis]);
    const auto low = static_cast<std::int32_t>(inside);
    return {.low = static_cast<std::size_t>(low), .share = inside - static_cast<float>(low)};
  }

  void smooth(std::size_t axis);

  Vector origin_mm_;
  double spacing_mm_;
  double points_per_mm_;
  image::Size size_;
  std::array<float, 3> last_; // just below the index of the last point
  std::vector<float> values_;
};

} // namespace brainmvp::simulate
