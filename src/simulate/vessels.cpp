#include <span>
#include <vector>

#include "simulate/procedural_head.h"
#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

using Tube = std::vector<Knot>;

// In the built-in head's millimetres, on the right; a side's artery is mirrored.
const std::vector<Tube>& arteries() {
  static const std::vector<Tube> tubes{
      {{.mm = {18, 6, -75}, .radius_mm = 2.6},
       {.mm = {17, 12, -38}, .radius_mm = 2.5},
       {.mm = {12, 16, -26}, .radius_mm = 2.3},
       {.mm = {13, 10, -18}, .radius_mm = 2.1}}, // internal carotid
      {{.mm = {13, 10, -18}, .radius_mm = 2},
       {.mm = {26, 10, -13}, .radius_mm = 1.8},
       {.mm = {38, 6, -8}, .radius_mm = 1.6},
       {.mm = {46, -8, 0}, .radius_mm = 1.3},
       {.mm = {52, -24, 8}, .radius_mm = 1}}, // middle cerebral
      {{.mm = {38, 6, -8}, .radius_mm = 1.4}, {.mm = {46, 16, 4}, .radius_mm = 1.1}, {.mm = {50, 20, 22}, .radius_mm = 0.9}},
      {{.mm = {13, 10, -18}, .radius_mm = 1.6},
       {.mm = {2, 20, -15}, .radius_mm = 1.5},
       {.mm = {1.4, 40, 2}, .radius_mm = 1.3},
       {.mm = {1.4, 36, 28}, .radius_mm = 1.1},
       {.mm = {1.4, 4, 37}, .radius_mm = 0.9}}, // anterior cerebral
      {{.mm = {16, -38, -75}, .radius_mm = 1.8}, {.mm = {9, -14, -52}, .radius_mm = 1.8}, {.mm = {0, -6, -43}, .radius_mm = 1.9}},
      {{.mm = {0, -6, -43}, .radius_mm = 2}, {.mm = {0, -5, -18}, .radius_mm = 1.9}}, // basilar
      {{.mm = {0, -5, -18}, .radius_mm = 1.6},
       {.mm = {13, -12, -15}, .radius_mm = 1.4},
       {.mm = {19, -30, -9}, .radius_mm = 1.2},
       {.mm = {15, -56, -7}, .radius_mm = 1}}, // posterior cerebral
      {{.mm = {13, 8, -18}, .radius_mm = 1}, {.mm = {8, -8, -17}, .radius_mm = 1}}};
  return tubes;
}

const std::vector<Tube>& veins() {
  static const std::vector<Tube> tubes{
      {{.mm = {0, 74, 42}, .radius_mm = 1.5},
       {.mm = {0, 40, 68}, .radius_mm = 2.2},
       {.mm = {0, 0, 74}, .radius_mm = 2.8},
       {.mm = {0, -50, 62}, .radius_mm = 3.2},
       {.mm = {0, -84, 30}, .radius_mm = 3.6},
       {.mm = {0, -91, -4}, .radius_mm = 3.8}},
      {{.mm = {0, -91, -4}, .radius_mm = 3.6},
       {.mm = {34, -80, -10}, .radius_mm = 3.4},
       {.mm = {56, -48, -18}, .radius_mm = 3.4},
       {.mm = {52, -36, -36}, .radius_mm = 3.4},
       {.mm = {34, -22, -52}, .radius_mm = 3.6}},                                        // transverse, sigmoid
      {{.mm = {0, -91, -4}, .radius_mm = 2.4}, {.mm = {0, -46, 10}, .radius_mm = 2}},    // straight
      {{.mm = {0, -46, 10}, .radius_mm = 1.6}, {.mm = {3, -30, 12}, .radius_mm = 1.4}}}; // internal cerebral
  return tubes;
}

constexpr Extent kBuiltIn{.low_mm = {-67, -89, -62}, .high_mm = {67, 81, 71}}; // parenchyma of the built-in head

bool gives_way(Tissue tissue, bool vein) {
  return tissue == Tissue::kCsf || tissue == Tissue::kVentricle || tissue == Tissue::kDura || tissue == Tissue::kCortex ||
         tissue == Tissue::kMuscle || tissue == Tissue::kFat || (vein && (tissue == Tissue::kBone || tissue == Tissue::kMarrow));
}

} // namespace

void paint_vessels(TissueVolume& head, const Extent& brain, bool sinuses) {
  // The built-in coordinates, stretched to this brain.
  const auto place = [&brain](const Vector& p) {
    Vector placed{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double share = (p[axis] - kBuiltIn.low_mm[axis]) / (kBuiltIn.high_mm[axis] - kBuiltIn.low_mm[axis]);
      placed[axis] = brain.low_mm[axis] + share * (brain.high_mm[axis] - brain.low_mm[axis]);
    }
    return placed;
  };
  for (const bool vein : {false, true}) {
    if (vein && !sinuses) {
      continue;
    }
    for (const Tube& tube : vein ? veins() : arteries()) {
      for (const double side : {1.0, -1.0}) {
        Tube placed = tube;
        for (Knot& knot : placed) {
          knot.mm = place({side * knot.mm[0], knot.mm[1], knot.mm[2]});
        }
        for (std::size_t n = 0; n + 1 < placed.size(); ++n) {
          const std::span<const Knot> piece = std::span(placed).subspan(n, 2);
          paint(head, box_of(piece), [&](const Vector& p, Tissue before) {
            return gives_way(before, vein) && depth_in(piece, p) > 0 ? (vein ? Tissue::kVein : Tissue::kArtery) : before;
          });
        }
      }
    }
  }
}

} // namespace brainmvp::simulate
