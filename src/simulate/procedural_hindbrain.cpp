#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "simulate/procedural_head.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr Ellipsoid kCerebellarHemisphere{.centre_mm = {24, -56, -31}, .axes_mm = {30, 31, 23}};
constexpr Ellipsoid kVermis{.centre_mm = {0, -53, -27}, .axes_mm = {14, 24, 20}};
constexpr Vector kFoliaCentre{0, -30, -28}; // leaves of the cerebellum open from it
constexpr Ellipsoid kPons{.centre_mm = {0, -20, -29}, .axes_mm = {17, 13, 14}};
constexpr std::array<Knot, 4> kStem{Knot{.mm = {0, -16, -6}, .radius_mm = 11}, Knot{.mm = {0, -22, -26}, .radius_mm = 11},
                                    Knot{.mm = {0, -28, -48}, .radius_mm = 8}, Knot{.mm = {0, -33, -76}, .radius_mm = 6}};
constexpr std::array<Knot, 2> kPeduncle{Knot{.mm = {10, -24, -30}, .radius_mm = 7}, Knot{.mm = {22, -44, -31}, .radius_mm = 7}};
constexpr Ellipsoid kFourthVentricle{.centre_mm = {0, -35, -30}, .axes_mm = {7, 5, 10}};
constexpr std::array<Knot, 2> kAqueduct{Knot{.mm = {0, -27, -4}, .radius_mm = 1.1}, Knot{.mm = {0, -33, -22}, .radius_mm = 1.6}};
constexpr double kStemEnds = -62; // mm; the spinal cord is below
constexpr double kTwoPi = 2 * std::numbers::pi;

// Cortex in leaves over white matter that branches into them.
Tissue cerebellum(const Vector& p, double depth, double sulcus_mm) {
  const Vector from = minus(p, kFoliaCentre);
  const double angle = std::atan2(from[2], -from[1]) / kTwoPi + 0.006 * std::sin(0.35 * p[0] + 0.2 * p[1]) +
                       0.004 * std::sin(0.5 * p[2] + 0.3 * p[0]);
  const double folium = std::abs(std::sin(kTwoPi * 15 * angle)); // 0 in fissures
  const double lobule = std::abs(std::sin(kTwoPi * 3.5 * angle + 0.8));
  const double fissure_depth = 5 + 8 * (1 - lobule);
  if (depth < fissure_depth && folium < 0.09 * sulcus_mm) {
    return Tissue::kCsf;
  }
  const double branch = 3.5 + 9 * (1 - lobule) + 4 * (1 - folium);
  return depth > branch ? Tissue::kCerebellarWhiteMatter : Tissue::kCerebellarCortex;
}

} // namespace

void paint_hindbrain(const ProceduralOptions& options, TissueVolume& head) {
  paint(head, {.low_mm = {-56, -90, -57}, .high_mm = {56, -20, -3}}, [&](const Vector& p, Tissue before) {
    const double tent = -18 + 0.14 * std::min(75.0, p[1] + 90) + 12 * std::exp(-p[0] * p[0] / 200) * (p[1] > -60 ? 1 : 0.4);
    const double lobes = smooth_union(depth_in(kCerebellarHemisphere, to_right(p)), depth_in(kVermis, p), 6);
    const double depth = std::min(lobes, tent - p[2]);
    return depth > 0 ? cerebellum(p, depth, options.sulcus_mm) : before;
  });
  paint(head, {.low_mm = {-30, -52, -100}, .high_mm = {30, 0, 6}}, [](const Vector& p, Tissue before) {
    if (depth_in(kPeduncle, to_right(p)) > 0 && before != Tissue::kCerebellarCortex) {
      return p[1] < -32 ? Tissue::kCerebellarWhiteMatter : Tissue::kBrainstem;
    }
    const double depth = smooth_union(depth_in(kStem, p), depth_in(kPons, p), 4);
    if (depth <= 0) {
      return before;
    }
    return p[2] > kStemEnds ? Tissue::kBrainstem : Tissue::kSpinalCord;
  });
  paint(head, box_of(kFourthVentricle),
        [](const Vector& p, Tissue before) { return depth_in(kFourthVentricle, p) > 0 ? Tissue::kVentricle : before; });
  paint(head, box_of(kAqueduct),
        [](const Vector& p, Tissue before) { return depth_in(kAqueduct, p) > 0 ? Tissue::kVentricle : before; });
}

} // namespace brainmvp::simulate
