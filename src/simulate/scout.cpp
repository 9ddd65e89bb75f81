#include <algorithm>
#include <cmath>

#include "simulate/distance.h"
#include "simulate/pathology.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr double kSpacing = 3; // mm of the distances
constexpr Extent kBuiltInBrain{.low_mm = {-67, -89, -62}, .high_mm = {67, 81, 71}};

bool is_cerebral(Tissue tissue) {
  return is_parenchyma(tissue) || tissue == Tissue::kVentricle || tissue == Tissue::kChoroidPlexus;
}

} // namespace

Scout::Scout(TissueVolume coarse)
    : coarse_(std::move(coarse)), brain_(extent_of(coarse_, is_parenchyma)),
      to_ventricle_(signed_distance(coarse_, is_ventricle, kSpacing)),
      to_outside_(signed_distance(coarse_, is_cerebral, kSpacing)), midline_mm_((brain_.low_mm[0] + brain_.high_mm[0]) / 2) {}

std::vector<Vector> Scout::draw(std::size_t count, bool (*wanted)(Tissue), const std::function<double(const Vector&)>& weight,
                                RandomStream& stream) const {
  std::vector<Vector> places;
  std::vector<double> sums;
  std::size_t at = 0;
  for (std::size_t k = 0; k < coarse_.size[2]; ++k) {
    for (std::size_t j = 0; j < coarse_.size[1]; ++j) {
      for (std::size_t i = 0; i < coarse_.size[0]; ++i, ++at) {
        const Vector p = position_of(coarse_, i, j, k);
        const double here = wanted(tissue_at(coarse_, at)) ? weight(p) : 0;
        if (here > 0) {
          places.push_back(p);
          sums.push_back(here + (sums.empty() ? 0 : sums.back()));
        }
      }
    }
  }
  std::vector<Vector> drawn;
  for (std::size_t n = 0; n < count && !places.empty(); ++n) {
    const auto found = std::ranges::upper_bound(sums, stream.uniform() * sums.back());
    Vector place = places[std::min(static_cast<std::size_t>(found - sums.begin()), places.size() - 1)];
    for (double& mm : place) {
      mm += (stream.uniform() - 0.5) * coarse_.affine.matrix[0][0];
    }
    drawn.push_back(place);
  }
  return drawn;
}

Vector Scout::draw_one(bool (*wanted)(Tissue), const std::function<double(const Vector&)>& weight, const Vector& otherwise,
                       RandomStream& stream) const {
  const std::vector<Vector> drawn = draw(1, wanted, weight, stream);
  return drawn.empty() ? otherwise : drawn.front();
}

Vector Scout::place(const Vector& built_in_mm) const {
  Vector placed{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double share =
        (built_in_mm[axis] - kBuiltInBrain.low_mm[axis]) / (kBuiltInBrain.high_mm[axis] - kBuiltInBrain.low_mm[axis]);
    placed[axis] = brain_.low_mm[axis] + share * (brain_.high_mm[axis] - brain_.low_mm[axis]);
  }
  return placed;
}

Vector Scout::inwards(const Vector& p) const {
  Vector slope = slope_of(to_outside_, p);
  const double size = std::max(1e-6, length(slope));
  return {-slope[0] / size, -slope[1] / size, -slope[2] / size};
}

} // namespace brainmvp::simulate
