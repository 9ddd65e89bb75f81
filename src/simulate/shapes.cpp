#include "simulate/shapes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brainmvp::simulate {

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

} // namespace brainmvp::simulate
