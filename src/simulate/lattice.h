// Smooth functions of space: values on a coarse regular lattice, trilinear between, the border's value outside.
#pragma once

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

  [[nodiscard]] float at(const Vector& mm) const;

  // out[n] = at(start + n * step along the first axis).
  void row(const Vector& start_mm, double step_mm, std::span<float> out) const;

  // value = function(position) at every point.
  void fill(const std::function<double(const Vector&)>& function);

  // Independent normal values, `passes` times averaged with their neighbours (1 2 1) along each axis, brought back to a
  // standard deviation of 1 at the points.
  void fill_random(RandomStream& stream, int passes = 0);

  [[nodiscard]] Vector position(std::size_t i, std::size_t j, std::size_t k) const;
  [[nodiscard]] const image::Size& size() const { return size_; }
  [[nodiscard]] double spacing_mm() const { return spacing_mm_; }
  [[nodiscard]] std::span<float> values() { return values_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }

private:
  void smooth(std::size_t axis);

  Vector origin_mm_;
  double spacing_mm_;
  image::Size size_;
  std::vector<float> values_;
};

} // namespace brainmvp::simulate
