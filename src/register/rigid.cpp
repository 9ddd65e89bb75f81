#include "register/rigid.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "base/atomic_file.h"
#include "base/text.h"

namespace brainmvp::registration {
namespace {

using image::Vector;

double length(const Vector& v) { return std::hypot(v[0], v[1], v[2]); }

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double scalar_part(const Vector& versor) { return std::sqrt(std::max(0.0, 1 - dot(versor, versor))); }

} // namespace

image::Affine Rigid::affine() const {
  const double w = scalar_part(versor);
  const auto [x, y, z] = versor;
  image::Affine out;
  out.matrix = {{{1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)},
                 {2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)},
                 {2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)}}};
  out.translation = {0, 0, 0};
  const Vector turned = out.apply(centre);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    out.translation[axis] = centre[axis] + translation[axis] - turned[axis];
  }
  return out;
}

Rigid Rigid::moved(const Vector& rotation, const Vector& shift) const {
  Rigid out = *this;
  const double angle = length(rotation);
  if (angle > 0) {
    const double half = angle / 2;
    const double w = scalar_part(versor);
    Vector turn{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      turn[axis] = rotation[axis] / angle * std::sin(half);
    }
    const double turn_w = std::cos(half);
    const Vector across = cross(turn, versor);
    const double sign = turn_w * w - dot(turn, versor) < 0 ? -1 : 1; // both signs are the same rotation
    for (std::size_t axis = 0; axis < 3; ++axis) {
      out.versor[axis] = sign * (turn_w * versor[axis] + w * turn[axis] + across[axis]);
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    out.translation[axis] += shift[axis];
  }
  return out;
}

double Rigid::angle_degrees() const { return 2 * std::asin(std::min(1.0, length(versor))) * 180 / std::numbers::pi; }

double mean_distance_mm(const image::Affine& a, const image::Affine& b, std::span<const Vector> points) {
  double sum = 0;
  for (const Vector& point : points) {
    const Vector in_a = a.apply(point);
    const Vector in_b = b.apply(point);
    sum += std::hypot(in_a[0] - in_b[0], in_a[1] - in_b[1], in_a[2] - in_b[2]);
  }
  return points.empty() ? 0 : sum / static_cast<double>(points.size());
}

void write_transform(const std::filesystem::path& path, const Rigid& rigid) {
  // LPS turns the first two axes of RAS: of a rotation's axis, as of any vector.
  const auto lps = [](const Vector& v) { return shortest(-v[0]) + " " + shortest(-v[1]) + " " + shortest(v[2]); };
  write_file(path, "#Insight Transform File V1.0\n#Transform 0\nTransform: VersorRigid3DTransform_double_3_3\nParameters: " +
                       lps(rigid.versor) + " " + lps(rigid.translation) + "\nFixedParameters: " + lps(rigid.centre) + "\n");
}

} // namespace brainmvp::registration
