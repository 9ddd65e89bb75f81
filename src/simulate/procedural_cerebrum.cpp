#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "simulate/folding.h"
#include "simulate/procedural_head.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr Ellipsoid kHemispheres{.centre_mm = {0, -4, 15}, .axes_mm = {68.5, 86.5, 57.5}};
constexpr Ellipsoid kTemporalLobe{.centre_mm = {39, 0, -17}, .axes_mm = {26, 43, 24}};
constexpr Extent kCerebrum{.low_mm = {-70, -92, -43}, .high_mm = {70, 84, 74}};
constexpr Vector kFoldCentre{24, -4, 8}; // sulci run towards it
constexpr double kHalfFissure = 1.3;     // mm, between the hemispheres
constexpr double kFoldWaves = 17;
constexpr double kHullSpacing = 2.5; // mm: smooth shapes are interpolated, which is faster than their equations
constexpr double kWarp = 2.6;        // mm, how far sulci wind

// Height of the corpus callosum's upper edge at the midline; below its ends the fissure is open.
double callosum_top(double y) {
  const double t = (y + 2) / 40;
  return y > -46 && y < 40 ? 31 - 15 * t * t : -std::numeric_limits<double>::infinity();
}

double floor_of_cerebrum(double y) { return y < -15 ? -15 + 0.14 * std::min(75.0, y + 90) : -15; }

double hull_depth(const Vector& q) {
  const double hemisphere = std::min(depth_in(kHemispheres, q), q[2] - floor_of_cerebrum(q[1]));
  const double temporal = std::min(depth_in(kTemporalLobe, q), q[1] + 42);
  return smooth_union(hemisphere, temporal, 5);
}

double medial_depth(const Vector& q) { return std::max(q[0] - kHalfFissure, 0.8 * (callosum_top(q[1]) - q[2])); }

// The lateral fissure: between frontal lobe and temporal lobe, from the side inwards to the insula.
double lateral_fissure_mm(const Vector& q) {
  const double height = -4 - 0.32 * (q[1] - 12);
  const double inside = std::max({30 - q[0], q[1] - 34, -34 - q[1], 0.0});
  return std::hypot(std::abs(q[2] - height), inside);
}

} // namespace

void paint_cerebrum(const ProceduralOptions& options, RandomStream& stream, TissueVolume& head) {
  const std::array<Folding, 2> foldings{Folding(kFoldWaves, stream), Folding(kFoldWaves, stream)};
  Lattice hull({.low_mm = {0, kCerebrum.low_mm[1], kCerebrum.low_mm[2]}, .high_mm = kCerebrum.high_mm}, kHullSpacing);
  hull.fill(hull_depth);
  const Lattice empty(kCerebrum, 6);
  std::array<Lattice, 3> warp{empty, empty, empty};
  for (Lattice& component : warp) {
    component.fill_random(stream, 1);
  }
  paint(head, kCerebrum, [&](const Vector& p, Tissue before) {
    const Vector q = to_right(p);
    const double depth = std::min(static_cast<double>(hull.at(q)), medial_depth(q));
    if (depth <= 0) {
      return before;
    }
    const Vector wound{q[0] + kWarp * static_cast<double>(warp[0].at(p)), q[1] + kWarp * static_cast<double>(warp[1].at(p)),
                       q[2] + kWarp * static_cast<double>(warp[2].at(p))};
    const double lateral = lateral_fissure_mm(wound);
    const Vector from = minus(wound, kFoldCentre);
    const Folding::Fold fold = depth < 24 ? foldings[p[0] < 0 ? 0 : 1].at(from) : Folding::Fold{.angle = 1, .variety = 0};
    const double to_sulcus = fold.angle * length(from);
    const double sulcus_depth = 14 + 6 * fold.variety;
    const double half_width = 0.5 * options.sulcus_mm * std::clamp(1.3 - depth / 30, 0.5, 1.2);
    if (lateral < 1.2 || (depth < sulcus_depth && to_sulcus < half_width)) {
      return Tissue::kCsf;
    }
    const double wall = std::max(to_sulcus - half_width, depth - sulcus_depth);
    const bool floor = depth >= sulcus_depth && std::hypot(depth - sulcus_depth, to_sulcus) < options.cortex_mm;
    const bool grey = depth < options.cortex_mm || (depth < sulcus_depth && wall < options.cortex_mm) || floor ||
                      lateral < 1.2 + options.cortex_mm;
    return grey ? Tissue::kCortex : Tissue::kWhiteMatter;
  });
  constexpr Extent kCallosum{.low_mm = {-22, -50, -10}, .high_mm = {22, 44, 34}};
  paint(head, kCallosum, [](const Vector& p, Tissue before) {
    const double top = callosum_top(p[1]) - 1.0 + 0.02 * p[0] * p[0];
    const double thickness = p[1] < -36 || p[1] > 28 ? 11 : 7;
    return p[2] < top && p[2] > top - thickness ? Tissue::kWhiteMatter : before;
  });
}

} // namespace brainmvp::simulate
