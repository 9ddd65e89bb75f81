#include "simulate/shapes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brainmvp::simulate {

Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

double length(const Vector& v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

double depth_in(const Ellipsoid& shape, const Vector& p) {
  double radius2 = 0;   // squared, in units of the axes
  double gradient2 = 0; // of the squared radius, halved
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double scaled = (p[axis] - shape.centre_mm[axis]) / shape.axes_mm[axis];
    radius2 += scaled * scaled;
    gradient2 += scaled * scaled / (shape.axes_mm[axis] * shape.axes_mm[axis]);
  }
  if (gradient2 < 1e-12) {
    return std::min({shape.axes_mm[0], shape.axes_mm[1], shape.axes_mm[2]});
  }
  const double radius = std::sqrt(radius2);
  return (1 - radius) * radius / std::sqrt(gradient2);
}

Extent box_of(const Ellipsoid& shape, double margin_mm) {
  Extent box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.low_mm[axis] = shape.centre_mm[axis] - shape.axes_mm[axis] - margin_mm;
    box.high_mm[axis] = shape.centre_mm[axis] + shape.axes_mm[axis] + margin_mm;
  }
  return box;
}

double depth_in(std::span<const Knot> tube, const Vector& p) {
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t n = 0; n + 1 < tube.size(); ++n) {
    const Vector along = minus(tube[n + 1].mm, tube[n].mm);
    const Vector to = minus(p, tube[n].mm);
    const double length2 = std::max(1e-9, along[0] * along[0] + along[1] * along[1] + along[2] * along[2]);
    const double share = std::clamp((to[0] * along[0] + to[1] * along[1] + to[2] * along[2]) / length2, 0.0, 1.0);
    const Vector off{to[0] - share * along[0], to[1] - share * along[1], to[2] - share * along[2]};
    const double radius = tube[n].radius_mm + share * (tube[n + 1].radius_mm - tube[n].radius_mm);
    best = std::max(best, radius - length(off));
  }
  return best;
}

Extent box_of(std::span<const Knot> tube, double margin_mm) {
  Extent box{.low_mm = tube.front().mm, .high_mm = tube.front().mm};
  for (const Knot& knot : tube) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.low_mm[axis] = std::min(box.low_mm[axis], knot.mm[axis] - knot.radius_mm - margin_mm);
      box.high_mm[axis] = std::max(box.high_mm[axis], knot.mm[axis] + knot.radius_mm + margin_mm);
    }
  }
  return box;
}

double smooth_union(double a, double b, double round_mm) {
  const double overlap = std::max(0.0, round_mm - std::abs(a - b)) / round_mm;
  return std::max(a, b) + overlap * overlap * round_mm / 4;
}

Vector to_right(const Vector& p) { return {std::abs(p[0]), p[1], p[2]}; }

} // namespace brainmvp::simulate
