#include "simulate/procedural_head.h"

#include <array>
#include <cmath>

#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr Extent kWholeHead{.low_mm = {-92, -116, -105}, .high_mm = {92, 116, 98}};
constexpr Extent kCranium{.low_mm = {-76, -98, -76}, .high_mm = {76, 90, 80}};

constexpr Ellipsoid kVault{.centre_mm = {0, -4, 14}, .axes_mm = {71, 89, 60}};
constexpr Ellipsoid kTemporalFossa{.centre_mm = {42, 2, -17}, .axes_mm = {28, 47, 28}};
constexpr Ellipsoid kPosteriorFossa{.centre_mm = {0, -46, -28}, .axes_mm = {57, 42, 31}};
constexpr std::array<Knot, 2> kForamen{Knot{.mm = {0, -28, -40}, .radius_mm = 17}, Knot{.mm = {0, -34, -75}, .radius_mm = 9}};

} // namespace

double intracranial_depth(const Vector& p) {
  const Vector q = to_right(p);
  // Above the orbits and the base of the skull the cavity ends; the fossae reach below.
  const double vault = std::min(depth_in(kVault, q), p[2] + 30 - 12 / (1 + std::exp(-0.3 * (p[1] - 22))));
  const double fossae = smooth_union(depth_in(kTemporalFossa, q), depth_in(kPosteriorFossa, q), 4);
  return smooth_union(smooth_union(vault, fossae, 8), depth_in(kForamen, p), 6);
}

TissueVolume procedural_head(const ProceduralOptions& options, RandomStream& stream) {
  TissueVolume head = empty_head(options.whole_head ? kWholeHead : kCranium, options.spacing_mm);
  paint_skull_and_scalp(options, stream, head);
  paint_hindbrain(options, head);
  paint_cerebrum(options, stream, head);
  paint_deep_structures(options, head);
  paint_vessels(head, extent_of(head, is_parenchyma), true);
  return head;
}

} // namespace brainmvp::simulate
