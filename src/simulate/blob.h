// A lump with an uneven surface, turned at random.
#pragma once

#include "base/random.h"
#include "simulate/draws.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {

class Blob {
public:
  // About a ball of `radius_mm`, its axes up to `elongation` times longer or shorter, the surface uneven by about
  // `roughness` times the radius.
  Blob(const Vector& centre_mm, double radius_mm, double elongation, double roughness, RandomStream& stream);

  // Depth below the surface, mm; negative outside.
  [[nodiscard]] double depth(const Vector& p) const;

  // An independent smooth pattern of standard deviation about 1, for what is inside.
  [[nodiscard]] double pattern(const Vector& p) const { return static_cast<double>(pattern_.at(p)); }

  [[nodiscard]] Extent box(double margin_mm = 0) const;
  [[nodiscard]] const Vector& centre_mm() const { return shape_.centre_mm; }
  [[nodiscard]] double radius_mm() const { return radius_mm_; }

private:
  double radius_mm_;
  double roughness_mm_;
  Ellipsoid shape_; // before turning
  std::array<std::array<double, 3>, 3> turn_;
  Lattice surface_;
  Lattice pattern_;
};

double ball_radius_mm(double volume_ml);
// A value in [0, 1) that differs from point to point without pattern, the same at every call; for gradual transitions.
double dither(const Vector& p);

} // namespace brainmvp::simulate
