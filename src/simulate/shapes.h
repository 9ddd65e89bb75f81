// Shapes as functions of position: depth below the surface in mm, positive inside (exact near the surface).
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "simulate/lattice.h"

namespace brainmvp::simulate {

inline Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
inline double length(const Vector& v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

struct Ellipsoid {
  Vector centre_mm;
  Vector axes_mm;
};
inline double depth_in(const Ellipsoid& shape, const Vector& p) {
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
Extent box_of(const Ellipsoid& shape, double margin_mm = 1);

// Spheres along a line of points, their radii changing linearly between.
struct Knot {
  Vector mm;
  double radius_mm;
};
double depth_in(std::span<const Knot> tube, const Vector& p);
Extent box_of(std::span<const Knot> tube, double margin_mm = 1);

// The greater of two depths, rounded over `round_mm` where they meet.
inline double smooth_union(double a, double b, double round_mm) {
  const double overlap = std::max(0.0, round_mm - std::abs(a - b)) / round_mm;
  return std::max(a, b) + overlap * overlap * round_mm / 4;
}

// Mirrored to the right half.
inline Vector to_right(const Vector& p) { return {std::abs(p[0]), p[1], p[2]}; }

} // namespace brainmvp::simulate
