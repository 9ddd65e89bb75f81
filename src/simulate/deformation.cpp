#include "simulate/deformation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr double kVelocitySpacing = 10; // mm
constexpr int kVelocitySmoothing = 4;   // passes: a standard deviation of 1.4 points
constexpr int kSquarings = 6;
constexpr double kLatticeSpacing = 4; // mm, of the whole map
constexpr double kMassReach = 18;     // mm over which a mass's push fades

Vector plus(const Vector& a, const Vector& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

Vector at(const std::array<Lattice, 3>& field, const Vector& p) {
  return {static_cast<double>(field[0].at(p)), static_cast<double>(field[1].at(p)), static_cast<double>(field[2].at(p))};
}

// Sets the three lattices from a function of position.
void fill(std::array<Lattice, 3>& field, const std::function<Vector(const Vector&)>& function) {
  std::size_t n = 0;
  const image::Size size = field[0].size();
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t i = 0; i < size[0]; ++i, ++n) {
        const Vector value = function(field[0].position(i, j, k));
        for (std::size_t axis = 0; axis < 3; ++axis) {
          field[axis].values()[n] = static_cast<float>(value[axis]);
        }
      }
    }
  }
}

// What was pushed out to here came from nearer to the mass.
Vector pulled_in(const std::vector<Mass>& masses, const Vector& p) {
  Vector from = p;
  for (const Mass& mass : masses) {
    const Vector off = minus(p, mass.centre_mm);
    const double distance = length(off);
    const double share = distance < mass.radius_mm
                             ? 1 / mass.radius_mm
                             : std::exp((mass.radius_mm - distance) / kMassReach) / std::max(1e-6, distance);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      from[axis] -= mass.shift_mm * share * off[axis];
    }
  }
  return from;
}

} // namespace

Pose draw_pose(double turn_deg, double scale, RandomStream& stream) {
  std::array<double, 3> angle{};
  Vector size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    angle[axis] = std::clamp(stream.normal(), -2.0, 2.0) * turn_deg / 2 * std::numbers::pi / 180;
    size[axis] = scale * std::exp(0.03 * std::clamp(stream.normal(), -2.0, 2.0));
  }
  Pose pose;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t a = (axis + 1) % 3;
    const std::size_t b = (axis + 2) % 3;
    const auto before = pose.matrix;
    for (std::size_t row = 0; row < 3; ++row) {
      pose.matrix[row][a] = before[row][a] * std::cos(angle[axis]) + before[row][b] * std::sin(angle[axis]);
      pose.matrix[row][b] = before[row][b] * std::cos(angle[axis]) - before[row][a] * std::sin(angle[axis]);
    }
  }
  for (auto& row : pose.matrix) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      row[axis] /= size[axis];
    }
  }
  return pose;
}

std::array<Lattice, 3> draw_diffeomorphism(const Extent& extent, double size_mm, RandomStream& stream) {
  const Lattice empty(extent, kVelocitySpacing);
  std::array<Lattice, 3> field{empty, empty, empty};
  for (Lattice& component : field) {
    component.fill_random(stream, kVelocitySmoothing);
    for (float& value : component.values()) {
      value *= static_cast<float>(size_mm / std::sqrt(3.0) / std::exp2(kSquarings));
    }
  }
  for (int n = 0; n < kSquarings; ++n) {
    const std::array<Lattice, 3> half = field;
    fill(field, [&half](const Vector& p) {
      const Vector first = at(half, p);
      return plus(first, at(half, plus(p, first)));
    });
  }
  return field;
}

Deformation::Deformation(const Extent& extent, const Pose& pose, const std::array<Lattice, 3>& diffeomorphism)
    : pose_(pose),
      displacement_{Lattice(extent, kLatticeSpacing), Lattice(extent, kLatticeSpacing), Lattice(extent, kLatticeSpacing)} {
  fill(displacement_, [&](const Vector& p) { return minus(posed(plus(p, at(diffeomorphism, p))), posed(p)); });
}

Vector Deformation::posed(const Vector& p) const {
  Vector mapped = pose_.shift_mm;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      mapped[row] += pose_.matrix[row][axis] * p[axis];
    }
  }
  return mapped;
}

void Deformation::change_head(const std::function<Vector(const Vector&)>& displacement) {
  const std::array<Lattice, 3> before = displacement_;
  fill(displacement_, [&](const Vector& p) {
    const Vector here = at(before, p);
    return plus(here, displacement(plus(posed(p), here)));
  });
}

void Deformation::add_masses(const std::vector<Mass>& masses) {
  if (masses.empty()) {
    return;
  }
  const std::array<Lattice, 3> before = displacement_;
  fill(displacement_, [&](const Vector& p) {
    const Vector from = pulled_in(masses, p);
    return minus(plus(posed(from), at(before, from)), posed(p));
  });
}

Vector Deformation::to_head(const Vector& person_mm) const { return plus(posed(person_mm), at(displacement_, person_mm)); }

Vector Deformation::to_person(const Vector& head_mm) const {
  Vector person = head_mm;
  for (int n = 0; n < 30; ++n) {
    person = plus(person, minus(head_mm, to_head(person)));
  }
  return person;
}

} // namespace brainmvp::simulate
