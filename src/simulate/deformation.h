// How one person's head differs from the head it is made of: a map from the person's millimetres to the head's.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "base/random.h"
#include "simulate/lattice.h"

namespace brainmvp::simulate {

// What grows pushes away what is around it.
struct Mass {
  Vector centre_mm;
  double radius_mm;
  double shift_mm; // of its surface
};

// Sizes and turns of a head.
struct Pose {
  std::array<std::array<double, 3>, 3> matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  Vector shift_mm{0, 0, 0};
};

// Turned by up to about `turn_deg` about each axis and `scale` times as large, both varied a little.
Pose draw_pose(double turn_deg, double scale, RandomStream& stream);

// A random smooth diffeomorphism of about `size_mm` root mean square displacement: a stationary velocity field, smooth over
// 14 mm, integrated by scaling and squaring (Arsigny 2006).
std::array<Lattice, 3> draw_diffeomorphism(const Extent& extent, double size_mm, RandomStream& stream);

class Deformation {
public:
  Deformation(const Extent& extent, const Pose& pose, const std::array<Lattice, 3>& diffeomorphism);

  // Adds a displacement in the head's millimetres, given where the map leads without it.
  void change_head(const std::function<Vector(const Vector& head_mm)>& displacement);

  // Adds masses, which move the person's tissue outwards. They are applied first, so that they keep their size.
  void add_masses(const std::vector<Mass>& masses);

  [[nodiscard]] Vector to_head(const Vector& person_mm) const;

  // The inverse, by iteration.
  [[nodiscard]] Vector to_person(const Vector& head_mm) const;

  // Displacements from the pose alone along a row; see to_head().
  [[nodiscard]] const std::array<Lattice, 3>& displacement() const { return displacement_; }
  [[nodiscard]] const Pose& pose() const { return pose_; }

private:
  [[nodiscard]] Vector posed(const Vector& person_mm) const;

  Pose pose_;
  std::array<Lattice, 3> displacement_; // head = pose(person) + displacement(person)
};

} // namespace brainmvp::simulate
