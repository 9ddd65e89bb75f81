#include "simulate/tumour_core.h"

#include <algorithm>

#include "simulate/draws.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr double kRound = 5;      // mm over which lobes join
constexpr double kUnevenMm = 1.3; // of the surface, over some millimetres
constexpr double kOfWhole = 0.68; // volume of the first lobe

std::vector<Blob> draw_lobes(const Vector& centre_mm, double volume_ml, RandomStream& stream) {
  const double radius_mm = ball_radius_mm(volume_ml * kOfWhole);
  std::vector<Blob> lobes{Blob(centre_mm, radius_mm, 1.3, 0.17, stream)};
  const std::size_t more = stream.below(4);
  for (std::size_t n = 0; n < more; ++n) {
    Vector direction{stream.normal(), stream.normal(), stream.normal()};
    const double size = std::max(1e-6, length(direction));
    Vector place = centre_mm;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      place[axis] += direction[axis] / size * radius_mm * between(0.75, 1.1, stream);
    }
    lobes.emplace_back(place, radius_mm * between(0.4, 0.7, stream), 1.3, 0.15, stream);
  }
  return lobes;
}

Extent box_around(const std::vector<Blob>& lobes) {
  Extent box = lobes.front().box();
  for (const Blob& lobe : lobes) {
    const Extent one = lobe.box();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.low_mm[axis] = std::min(box.low_mm[axis], one.low_mm[axis]);
      box.high_mm[axis] = std::max(box.high_mm[axis], one.high_mm[axis]);
    }
  }
  return box;
}

} // namespace

TumourCore::TumourCore(const Vector& centre_mm, double volume_ml, RandomStream& stream)
    : radius_mm_(ball_radius_mm(volume_ml)), lobes_(draw_lobes(centre_mm, volume_ml, stream)), box_(box_around(lobes_)),
      broad_(box_, std::clamp(0.35 * radius_mm_, 3.0, 8.0)), fine_(box_, 2.5), surface_(box_, 3) {
  broad_.fill_random(stream, 1);
  fine_.fill_random(stream, 1);
  surface_.fill_random(stream, 1);
}

double TumourCore::depth(const Vector& p) const {
  double depth = lobes_.front().depth(p);
  for (std::size_t n = 1; n < lobes_.size(); ++n) {
    depth = smooth_union(depth, lobes_[n].depth(p), kRound);
  }
  return depth + kUnevenMm * static_cast<double>(surface_.at(p));
}

} // namespace brainmvp::simulate
