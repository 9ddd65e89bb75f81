// The solid part of a glioma: lobes, an uneven surface, and patterns for what is inside.
#pragma once

#include <vector>

#include "simulate/blob.h"

namespace brainmvp::simulate {

class TumourCore {
public:
  // One to four lobes about `centre_mm`, together of about `volume_ml`.
  TumourCore(const Vector& centre_mm, double volume_ml, RandomStream& stream);

  [[nodiscard]] double depth(const Vector& p) const; // mm below the surface, negative outside

  // Independent smooth patterns of standard deviation about 1: over a third of the radius, and over 4 mm.
  [[nodiscard]] double broad(const Vector& p) const { return static_cast<double>(broad_.at(p)); }
  [[nodiscard]] double fine(const Vector& p) const { return static_cast<double>(fine_.at(p)); }

  [[nodiscard]] const Extent& box() const { return box_; }
  [[nodiscard]] const Vector& centre_mm() const { return lobes_.front().centre_mm(); }
  [[nodiscard]] double radius_mm() const { return radius_mm_; }

private:
  double radius_mm_;
  std::vector<Blob> lobes_;
  Extent box_;
  Lattice broad_;
  Lattice fine_;
  Lattice surface_;
};

} // namespace brainmvp::simulate
