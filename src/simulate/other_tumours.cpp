#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>

#include "simulate/blob.h"
#include "simulate/pathology.h"

namespace brainmvp::simulate {
namespace {

bool may_hold_metastasis(Tissue tissue) {
  return tissue == Tissue::kWhiteMatter || tissue == Tissue::kCerebellarWhiteMatter || tissue == Tissue::kCerebellarCortex;
}

bool yields_to_tumour(Tissue tissue) { return is_parenchyma(tissue) || is_lesion(tissue) || tissue == Tissue::kCsf; }

Layer swelling(const Blob& around) {
  const auto blob = std::make_shared<const Blob>(around);
  return {.box = blob->box(), .paint = [blob](const Vector& p, Tissue before) {
            return is_white_matter(before) && blob->depth(p) + 3 * (dither(p) - 0.5) > 0 ? Tissue::kOedema : before;
          }};
}

// Up to about 10 mm solid, beyond with a dead centre.
Layer nodule(const Blob& shape, double rim_mm) {
  const auto blob = std::make_shared<const Blob>(shape);
  return {.box = blob->box(), .paint = [blob, rim_mm](const Vector& p, Tissue before) {
            const double depth = blob->depth(p);
            if (depth < 0 || !yields_to_tumour(before)) {
              return before;
            }
            return depth > rim_mm * (1 + 0.3 * blob->pattern(p)) ? Tissue::kNecrosis : Tissue::kMetastasis;
          }};
}

std::size_t draw_count(RandomStream& stream) { // median 2 to 3, mean about 5
  return static_cast<std::size_t>(lognormal(2.6, 1.0, 1, 30, stream));
}

} // namespace

LesionPlan plan_metastases(const Scout& scout, RandomStream& stream) {
  LesionPlan plan;
  std::vector<Layer> nodules; // painted last, so that no swelling covers them
  const auto weight = [&](const Vector& p) {
    const double depth = scout.below_surface_mm(p);
    return depth > 3 && depth < 12 ? (p[1] < -10 ? 1.6 : 1.0) : 0.0;
  };
  for (const Vector& centre : scout.draw(draw_count(stream), may_hold_metastasis, weight, stream)) {
    const double diameter_mm = nodules.empty() ? lognormal(14, 0.5, 4, 40, stream) : lognormal(7, 0.6, 2.2, 35, stream);
    if (diameter_mm > 6) {
      plan.layers.push_back(swelling(Blob(centre, diameter_mm / 2 * between(1.3, 2.6, stream), 1.4, 0.2, stream)));
    }
    nodules.push_back(nodule(Blob(centre, diameter_mm / 2, 1.15, 0.08, stream), diameter_mm > 10 ? between(2, 4, stream) : 100));
    if (diameter_mm > 10) {
      plan.masses.push_back({.centre_mm = centre, .radius_mm = diameter_mm / 2, .shift_mm = 0.1 * diameter_mm});
    }
  }
  std::ranges::move(nodules, std::back_inserter(plan.layers));
  return plan;
}

LesionPlan plan_meningioma(const Scout& scout, RandomStream& stream) {
  const double radius_mm = ball_radius_mm(lognormal(12, 0.8, 1.5, 120, stream));
  const double lowest_mm = scout.place({0, 0, 0})[2];
  const auto weight = [&](const Vector& p) { return scout.below_surface_mm(p) < 4 && p[2] > lowest_mm ? 1.0 : 0.0; };
  const Vector surface =
      scout.draw_one([](Tissue tissue) { return tissue == Tissue::kCortex; }, weight, scout.place({55, 10, 30}), stream);
  const Vector inwards = scout.inwards(surface);
  Vector centre = surface;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    centre[axis] += (0.7 * radius_mm - 3) * inwards[axis];
  }
  LesionPlan plan;
  if (stream.uniform() < 0.4) {
    plan.layers.push_back(swelling(Blob(centre, radius_mm * between(1.3, 1.9, stream), 1.3, 0.2, stream)));
  }
  const auto tumour = std::make_shared<const Blob>(centre, radius_mm, 1.1, 0.05, stream);
  plan.layers.push_back({.box = tumour->box(), .paint = [tumour](const Vector& p, Tissue before) {
                           const double depth = tumour->depth(p);
                           if (depth > 0 && yields_to_tumour(before)) {
                             return Tissue::kMeningioma;
                           }
                           return depth > -1.0 && is_parenchyma(before) ? Tissue::kCsf : before; // the cleft around it
                         }});
  plan.masses.push_back({.centre_mm = centre, .radius_mm = radius_mm, .shift_mm = between(0.3, 0.5, stream) * radius_mm});
  return plan;
}

LesionPlan plan_schwannoma(const Scout& scout, RandomStream& stream) {
  const double side = stream.uniform() < 0.5 ? -1 : 1;
  const double radius_mm = ball_radius_mm(lognormal(2.6, 0.9, 0.15, 16, stream));
  const Vector porus = scout.place({side * 25, -27, -35});
  const Vector fundus{porus[0] + side * 10, porus[1], porus[2] + 1};
  const Vector centre{porus[0] - side * 0.55 * radius_mm, porus[1], porus[2]};
  const auto ball = std::make_shared<const Blob>(centre, radius_mm, 1.15, 0.06, stream);
  const std::array<Knot, 2> canal{Knot{.mm = porus, .radius_mm = 3}, Knot{.mm = fundus, .radius_mm = 1.6}};
  LesionPlan plan;
  // The canals, filled with CSF, and the cochleae on both sides.
  for (const double s : {side, -side}) {
    const Vector open = scout.place({s * 25, -27, -35});
    const std::array<Knot, 2> tube{Knot{.mm = open, .radius_mm = 3},
                                   Knot{.mm = {open[0] + s * 10, open[1], open[2] + 1}, .radius_mm = 1.6}};
    plan.layers.push_back({.box = box_of(tube), .paint = [tube](const Vector& p, Tissue before) {
                             return !is_parenchyma(before) && depth_in(tube, p) > 0 ? Tissue::kCsf : before;
                           }});
    const Ellipsoid cochlea{.centre_mm = {open[0] + s * 13, open[1] + 4, open[2] + 1}, .axes_mm = {3.4, 2.8, 2.6}};
    plan.layers.push_back({.box = box_of(cochlea), .paint = [cochlea](const Vector& p, Tissue before) {
                             return !is_parenchyma(before) && depth_in(cochlea, p) > 0 ? Tissue::kCochlea : before;
                           }});
  }
  Extent box = ball->box();
  const Extent of_canal = box_of(canal);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.low_mm[axis] = std::min(box.low_mm[axis], of_canal.low_mm[axis]);
    box.high_mm[axis] = std::max(box.high_mm[axis], of_canal.high_mm[axis]);
  }
  plan.layers.push_back({.box = box, .paint = [ball, canal](const Vector& p, Tissue before) {
                           const bool open = before != Tissue::kBone && before != Tissue::kMarrow && before != Tissue::kCochlea;
                           const double depth = ball->depth(p);
                           if (depth_in(canal, p) > 0 || (depth > 0 && open)) {
                             return Tissue::kSchwannoma;
                           }
                           return depth > -0.8 && is_parenchyma(before) ? Tissue::kCsf : before;
                         }});
  plan.masses.push_back({.centre_mm = centre, .radius_mm = radius_mm, .shift_mm = 0.5 * radius_mm});
  return plan;
}

} // namespace brainmvp::simulate
