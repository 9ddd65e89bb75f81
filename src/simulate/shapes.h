// Shapes as functions of position: depth below the surface in mm, positive inside (exact near the surface).
#pragma once

#include <span>

#include "simulate/lattice.h"

namespace brainmvp::simulate {

Vector minus(const Vector& a, const Vector& b);
double length(const Vector& v);

struct Ellipsoid {
  Vector centre_mm;
  Vector axes_mm;
};
double depth_in(const Ellipsoid& shape, const Vector& p);
Extent box_of(const Ellipsoid& shape, double margin_mm = 1);

// Spheres along a line of points, their radii changing linearly between.
struct Knot {
  Vector mm;
  double radius_mm;
};
double depth_in(std::span<const Knot> tube, const Vector& p);
Extent box_of(std::span<const Knot> tube, double margin_mm = 1);

// The greater of two depths, rounded over `round_mm` where they meet.
double smooth_union(double a, double b, double round_mm);

// Mirrored to the right half.
Vector to_right(const Vector& p);

} // namespace brainmvp::simulate
