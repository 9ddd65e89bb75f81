#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/procedural_head.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

// Thickness of the layers outwards from the brain's cavity, mm.
constexpr double kDura = 1;
constexpr double kInnerTable = 3;
constexpr double kDiploe = 6;
constexpr double kOuterTable = 8;
constexpr double kScalpFat = 12;
constexpr double kSkin = 14;

constexpr Ellipsoid kFace{.centre_mm = {0, 46, -52}, .axes_mm = {58, 60, 62}};
constexpr std::array<Knot, 2> kNeck{Knot{.mm = {0, -30, -60}, .radius_mm = 52}, Knot{.mm = {0, -34, -125}, .radius_mm = 56}};
constexpr std::array<Knot, 2> kNose{Knot{.mm = {0, 98, -36}, .radius_mm = 7}, Knot{.mm = {0, 106, -56}, .radius_mm = 12}};
constexpr Ellipsoid kEye{.centre_mm = {32, 78, -24}, .axes_mm = {12, 12.5, 12}};
constexpr Ellipsoid kLens{.centre_mm = {32, 87, -24}, .axes_mm = {5, 2.2, 5}};
constexpr Ellipsoid kOrbit{.centre_mm = {30, 68, -24}, .axes_mm = {18, 27, 17}};
constexpr std::array<Knot, 3> kOpticNerve{Knot{.mm = {31, 66, -24}, .radius_mm = 2}, Knot{.mm = {14, 36, -19}, .radius_mm = 2},
                                          Knot{.mm = {0, 12, -16}, .radius_mm = 2.5}};
constexpr Ellipsoid kNasalCavity{.centre_mm = {0, 76, -54}, .axes_mm = {14, 26, 20}};
constexpr Ellipsoid kMaxillarySinus{.centre_mm = {31, 68, -55}, .axes_mm = {11, 14, 12}};
constexpr Ellipsoid kFrontalSinus{.centre_mm = {9, 87, 2}, .axes_mm = {9, 5, 8}};
constexpr Ellipsoid kAirway{.centre_mm = {0, 12, -80}, .axes_mm = {11, 8, 34}};
constexpr Ellipsoid kMastoid{.centre_mm = {56, -32, -38}, .axes_mm = {9, 12, 12}};
constexpr std::array<Knot, 2> kSpine{Knot{.mm = {0, -30, -72}, .radius_mm = 15}, Knot{.mm = {0, -36, -130}, .radius_mm = 15}};
constexpr std::array<Knot, 2> kCanal{Knot{.mm = {0, -32, -70}, .radius_mm = 9}, Knot{.mm = {0, -38, -130}, .radius_mm = 8}};
constexpr Extent kEverywhere{.low_mm = {-200, -200, -200}, .high_mm = {200, 200, 200}};

Tissue layer_of(double outside_mm, double muscle) {
  if (outside_mm < kDura) {
    return Tissue::kDura;
  }
  if (outside_mm < kInnerTable || (outside_mm >= kDiploe && outside_mm < kOuterTable)) {
    return Tissue::kBone;
  }
  if (outside_mm < kDiploe) {
    return Tissue::kMarrow;
  }
  return outside_mm >= kScalpFat ? Tissue::kSkin : muscle > 0 && outside_mm < kScalpFat - 1.5 ? Tissue::kMuscle : Tissue::kFat;
}

// Between the hemispheres, not straight, of uneven depth, and with gaps.
bool is_falx(const Vector& p, double inside_mm, const Lattice& pattern) {
  const double bend_mm = 1.2 * static_cast<double>(pattern.at({0, p[1] / 5, p[2] / 5}));
  const double depth_mm = 22 + 4 * static_cast<double>(pattern.at({20, p[1] / 2, 0}));
  return std::abs(p[0] - bend_mm) < 0.5 && p[2] > 20 && inside_mm < depth_mm && pattern.at({40, p[1], p[2]}) > -1.1F;
}

// Muscles, fat between them, and the jaw and facial bones as sheets.
Tissue soft_tissue(const Vector& p, double depth, const Lattice& pattern) {
  if (depth < 2) {
    return Tissue::kSkin;
  }
  const double value = pattern.at(p);
  if (depth < 6) {
    return Tissue::kFat;
  }
  if (p[1] > 20 && depth > 12 && std::abs(value) < 0.2) {
    return Tissue::kBone;
  }
  return value > -0.3 ? Tissue::kMuscle : Tissue::kFat;
}

void paint_cavities(TissueVolume& head, const Lattice& pattern) {
  const auto mirrored = [&head](const auto& shape, const auto& tissue_of) {
    Extent box = box_of(shape);
    box.low_mm[0] = -box.high_mm[0];
    paint(head, box, [&](const Vector& p, Tissue before) {
      const double depth = depth_in(shape, to_right(p));
      return depth > 0 && intracranial_depth(p) < -1 ? tissue_of(p, depth, before) : before;
    });
  };
  mirrored(kNasalCavity, [&](const Vector& p, double, Tissue) {
    return std::abs(p[0]) < 1.5 || pattern.at({3 * p[0], p[1], p[2]}) > 0.1 ? Tissue::kMucosa : Tissue::kAir;
  });
  for (const Ellipsoid& sinus : {kMaxillarySinus, kFrontalSinus}) {
    mirrored(sinus, [](const Vector&, double depth, Tissue) { return depth < 1.2 ? Tissue::kMucosa : Tissue::kAir; });
  }
  mirrored(kAirway, [](const Vector&, double, Tissue) { return Tissue::kAir; });
  mirrored(kMastoid, [&](const Vector& p, double, Tissue) {
    return pattern.at({2 * p[0], 2 * p[1], p[2]}) > 0 ? Tissue::kAir : Tissue::kBone;
  });
  mirrored(kOrbit, [](const Vector&, double, Tissue before) { return before == Tissue::kSkin ? before : Tissue::kFat; });
  mirrored(kOpticNerve, [](const Vector&, double, Tissue) { return Tissue::kOpticNerve; });
  mirrored(kEye, [](const Vector&, double depth, Tissue) { return depth < 1 ? Tissue::kMuscle : Tissue::kEye; });
  mirrored(kLens, [](const Vector&, double, Tissue) { return Tissue::kLens; });
}

} // namespace

void paint_skull_and_scalp(const ProceduralOptions& options, RandomStream& stream, TissueVolume& head) {
  Lattice pattern({.low_mm = {-100, -130, -120}, .high_mm = {100, 130, 110}}, 7);
  pattern.fill_random(stream, 1);
  const double furthest = options.whole_head ? kSkin : kInnerTable;
  Lattice cavity({.low_mm = head.affine.translation, .high_mm = position_of(head, head.size[0], head.size[1], head.size[2])},
                 2.5);
  cavity.fill(intracranial_depth);
  paint(head, kEverywhere, [&](const Vector& p, Tissue before) {
    const double inside = static_cast<double>(cavity.at(p));
    if (inside > 0) {
      return is_falx(p, inside, pattern) ? Tissue::kDura : Tissue::kCsf;
    }
    if (-inside < furthest) {
      return layer_of(-inside, p[2] < 20 && std::abs(p[0]) > 40 ? pattern.at(p) + 0.5 : -1);
    }
    if (!options.whole_head || p[2] > 30) {
      return before;
    }
    const double face = std::max(smooth_union(depth_in(kFace, p), depth_in(kNose, p), 8), depth_in(kNeck, p));
    return face > 0 ? soft_tissue(p, std::min(face, std::max(face, -inside)), pattern) : before;
  });
  if (!options.whole_head) {
    return;
  }
  paint_cavities(head, pattern);
  paint(head, box_of(kSpine), [](const Vector& p, Tissue before) {
    if (intracranial_depth(p) > -kDura) {
      return before;
    }
    if (depth_in(kCanal, p) > 0) {
      return Tissue::kCsf;
    }
    const double depth = depth_in(kSpine, p);
    return depth <= 0 ? before : depth < 1.5 ? Tissue::kBone : Tissue::kMarrow;
  });
}

} // namespace brainmvp::simulate
