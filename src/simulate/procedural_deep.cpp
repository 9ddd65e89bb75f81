#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/procedural_head.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

// On the right; the left is their mirror image.
constexpr Ellipsoid kThalamus{.centre_mm = {11, -14, 7}, .axes_mm = {9.5, 15, 9.5}};
constexpr Ellipsoid kPutamen{.centre_mm = {27, 4, 3}, .axes_mm = {6, 16, 11}};
constexpr Ellipsoid kPallidum{.centre_mm = {20.5, 0, 1}, .axes_mm = {5, 9, 7}};
constexpr Ellipsoid kAmygdala{.centre_mm = {24, -1, -19}, .axes_mm = {7, 7, 7}};
constexpr Ellipsoid kVentralDiencephalon{.centre_mm = {9, -14, -7}, .axes_mm = {9, 11, 7}};
constexpr std::array<Knot, 4> kCaudate{Knot{.mm = {13, 24, 5}, .radius_mm = 6}, Knot{.mm = {15, 10, 15}, .radius_mm = 4.5},
                                       Knot{.mm = {19, -10, 19}, .radius_mm = 2.8}, Knot{.mm = {25, -30, 13}, .radius_mm = 1.8}};
constexpr std::array<Knot, 3> kHippocampus{Knot{.mm = {26, -10, -19}, .radius_mm = 6},
                                           Knot{.mm = {29, -22, -14}, .radius_mm = 4.5},
                                           Knot{.mm = {27, -36, -4}, .radius_mm = 3.5}};
constexpr std::array<Knot, 5> kLateralVentricle{
    Knot{.mm = {8, 33, 8}, .radius_mm = 3.6}, Knot{.mm = {7, 16, 16}, .radius_mm = 5}, Knot{.mm = {10, -8, 20}, .radius_mm = 4.6},
    Knot{.mm = {18, -30, 18}, .radius_mm = 5}, Knot{.mm = {26, -42, 6}, .radius_mm = 6.5}};
constexpr std::array<Knot, 2> kOccipitalHorn{Knot{.mm = {26, -42, 6}, .radius_mm = 6}, Knot{.mm = {22, -66, 6}, .radius_mm = 2}};
constexpr std::array<Knot, 4> kTemporalHorn{Knot{.mm = {26, -42, 6}, .radius_mm = 6}, Knot{.mm = {33, -34, -5}, .radius_mm = 3.4},
                                            Knot{.mm = {34, -20, -13}, .radius_mm = 2.2},
                                            Knot{.mm = {32, -6, -17}, .radius_mm = 1.8}};
constexpr std::array<Knot, 3> kPlexus{Knot{.mm = {11, -12, 18}, .radius_mm = 1.4}, Knot{.mm = {19, -31, 16}, .radius_mm = 2},
                                      Knot{.mm = {26, -41, 6}, .radius_mm = 3.6}};
constexpr Ellipsoid kThirdVentricle{.centre_mm = {0, -6, 1}, .axes_mm = {2.2, 16, 10}};

template <class Shape>
void paint_both_sides(TissueVolume& head, const Shape& shape, Tissue tissue) {
  const Extent right = box_of(shape);
  Extent left = right;
  left.low_mm[0] = -right.high_mm[0];
  left.high_mm[0] = -right.low_mm[0];
  for (const Extent& box : {right, left}) {
    paint(head, box, [&](const Vector& p, Tissue before) { return depth_in(shape, to_right(p)) > 0 ? tissue : before; });
  }
}

template <std::size_t Knots>
std::array<Knot, Knots> widened(std::array<Knot, Knots> tube, double factor) {
  for (Knot& knot : tube) {
    knot.radius_mm *= factor;
  }
  return tube;
}

void paint_insula_and_claustrum(TissueVolume& head) {
  // White matter between the nuclei and around them, where the shapes of the cortex leave gaps.
  constexpr Ellipsoid kCapsules{.centre_mm = {17, -2, 4}, .axes_mm = {21, 34, 18}};
  paint(head, {.low_mm = {-39, -37, -15}, .high_mm = {39, 33, 23}}, [&](const Vector& p, Tissue before) {
    const bool open = before == Tissue::kCortex || before == Tissue::kCsf || before == Tissue::kAir;
    return open && depth_in(kCapsules, to_right(p)) > 0 && std::abs(p[0]) < 34 ? Tissue::kWhiteMatter : before;
  });
}

} // namespace

void paint_deep_structures(const ProceduralOptions& options, TissueVolume& head) {
  paint_insula_and_claustrum(head);
  paint_both_sides(head, kPutamen, Tissue::kPutamen);
  paint_both_sides(head, kPallidum, Tissue::kPallidum);
  paint_both_sides(head, kCaudate, Tissue::kCaudate);
  paint_both_sides(head, kThalamus, Tissue::kThalamus);
  paint_both_sides(head, kVentralDiencephalon, Tissue::kVentralDiencephalon);
  paint_both_sides(head, kHippocampus, Tissue::kHippocampus);
  paint_both_sides(head, kAmygdala, Tissue::kAmygdala);
  paint_both_sides(head, widened(kLateralVentricle, options.ventricles), Tissue::kVentricle);
  paint_both_sides(head, widened(kOccipitalHorn, options.ventricles), Tissue::kVentricle);
  paint_both_sides(head, widened(kTemporalHorn, options.ventricles), Tissue::kVentricle);
  paint_both_sides(head, kPlexus, Tissue::kChoroidPlexus);
  Ellipsoid third = kThirdVentricle;
  third.axes_mm[0] *= options.ventricles;
  paint_both_sides(head, third, Tissue::kVentricle);
}

} // namespace brainmvp::simulate
