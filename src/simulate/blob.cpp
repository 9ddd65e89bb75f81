#include "simulate/blob.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/deformation.h"

namespace brainmvp::simulate {
namespace {

constexpr double kMargin = 1.6; // how far the lattices reach, in radii

Extent cube(const Vector& centre, double half_mm) {
  return {.low_mm = {centre[0] - half_mm, centre[1] - half_mm, centre[2] - half_mm},
          .high_mm = {centre[0] + half_mm, centre[1] + half_mm, centre[2] + half_mm}};
}

} // namespace

Blob::Blob(const Vector& centre_mm, double radius_mm, double elongation, double roughness, RandomStream& stream)
    : radius_mm_(radius_mm), roughness_mm_(roughness * radius_mm), shape_{.centre_mm = centre_mm, .axes_mm = {}},
      turn_(draw_pose(120, 1, stream).matrix), surface_(cube(centre_mm, kMargin * radius_mm), std::max(2.0, 0.45 * radius_mm)),
      pattern_(cube(centre_mm, kMargin * radius_mm), std::clamp(0.3 * radius_mm, 1.5, 5.0)) {
  double product = 1;
  for (double& axis : shape_.axes_mm) {
    axis = std::pow(elongation, 2 * stream.uniform() - 1);
    product *= axis;
  }
  for (double& axis : shape_.axes_mm) {
    axis *= radius_mm / std::cbrt(product);
  }
  surface_.fill_random(stream, 1);
  pattern_.fill_random(stream, 1);
}

double Blob::depth(const Vector& p) const {
  const Vector off = minus(p, shape_.centre_mm);
  Vector turned = shape_.centre_mm;
  for (std::size_t row = 0; row < 3; ++row) {
    turned[row] += turn_[row][0] * off[0] + turn_[row][1] * off[1] + turn_[row][2] * off[2];
  }
  return depth_in(shape_, turned) + roughness_mm_ * static_cast<double>(surface_.at(p));
}

Extent Blob::box(double margin_mm) const { return cube(shape_.centre_mm, kMargin * radius_mm_ + margin_mm); }

double ball_radius_mm(double volume_ml) { return std::cbrt(3000 * volume_ml / (4 * std::numbers::pi)); }

double dither(const Vector& p) {
  std::uint64_t key = 0;
  for (const double mm : p) {
    key = (key ^ static_cast<std::uint64_t>(static_cast<std::int64_t>(std::floor(mm * 64)))) * 0x9e3779b97f4a7c15ULL;
    key ^= key >> 29U;
  }
  return static_cast<double>(key >> 40U) * 0x1p-24;
}

} // namespace brainmvp::simulate
