#include <algorithm>
#include <cmath>
#include <memory>

#include "simulate/blob.h"
#include "simulate/pathology.h"

namespace brainmvp::simulate {
namespace {

constexpr double kFade = 3; // mm over which oedema ends

bool is_inside_brain(Tissue tissue) {
  return is_parenchyma(tissue) || is_lesion(tissue) || tissue == Tissue::kCsf || tissue == Tissue::kChoroidPlexus;
}

bool takes_oedema(Tissue tissue) {
  return is_white_matter(tissue) || tissue == Tissue::kVentralDiencephalon || tissue == Tissue::kBrainstem;
}

// Swollen white matter, which ends gradually and spares the cortex.
Layer oedema_layer(std::shared_ptr<const Blob> blob, Tissue tissue) {
  return {.box = blob->box(), .paint = [blob, tissue](const Vector& p, Tissue before) {
            if (!takes_oedema(before)) {
              return before;
            }
            return blob->depth(p) + kFade * (dither(p) - 0.5) > 0 ? tissue : before;
          }};
}

// Frontal and temporal lobes more often than the others; not in the midline and not at the very surface.
Vector draw_centre(const Scout& scout, double least_depth_mm, RandomStream& stream) {
  const double lowest_mm = scout.place({0, 0, -28})[2];
  const auto weight = [&](const Vector& p) {
    const double depth = scout.below_surface_mm(p);
    const double front = p[1] > 10 ? 2.2 : p[1] > -35 ? 1.4 : 0.6;
    const bool low = p[2] < lowest_mm;
    return depth > least_depth_mm && depth < 30 && std::abs(p[0] - scout.midline_mm()) > 12 && !low ? front : 0.0;
  };
  return scout.draw_one([](Tissue tissue) { return tissue == Tissue::kWhiteMatter; }, weight, scout.place({35, 20, 20}), stream);
}

} // namespace

LesionPlan plan_high_grade_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues) {
  const double whole_ml = lognormal(75, 0.55, 12, 210, stream);
  const double core_ml = whole_ml * between(0.2, 0.55, stream);
  const Vector centre = draw_centre(scout, 9, stream);
  const auto whole = std::make_shared<const Blob>(centre, ball_radius_mm(whole_ml * 1.35), 1.35, 0.16, stream);
  const auto core = std::make_shared<const Blob>(centre, ball_radius_mm(core_ml), 1.3, 0.13, stream);
  const double rim_mm = std::min(between(2.5, 6, stream), 0.75 * core->radius_mm());
  tissues[index_of(Tissue::kEnhancingTumour)].contrast_mm *= between(0.5, 1.2, stream);
  LesionPlan plan;
  plan.layers.push_back(oedema_layer(whole, Tissue::kOedema));
  plan.layers.push_back({.box = core->box(), .paint = [core, rim_mm](const Vector& p, Tissue before) {
                           const double depth = core->depth(p);
                           if (depth < 0 || !is_inside_brain(before)) {
                             return before;
                           }
                           const double uneven = rim_mm * (1 + 0.45 * core->pattern(p));
                           const bool rim = depth < std::max(0.8, uneven);
                           return rim && core->pattern(p) > -1.6 ? Tissue::kEnhancingTumour : Tissue::kNecrosis;
                         }});
  plan.masses.push_back(
      {.centre_mm = centre, .radius_mm = core->radius_mm(), .shift_mm = between(0.12, 0.4, stream) * core->radius_mm()});
  return plan;
}

LesionPlan plan_low_grade_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues) {
  const double whole_ml = lognormal(42, 0.5, 10, 110, stream);
  const Vector centre = draw_centre(scout, 6, stream);
  const auto whole = std::make_shared<const Blob>(centre, ball_radius_mm(whole_ml), 1.3, 0.12, stream);
  const double rim_mm = between(0.15, 0.4, stream) * whole->radius_mm();
  if (stream.uniform() < 0.35) { // dark in FLAIR, bright in T2: the mismatch of astrocytomas
    tissues[index_of(Tissue::kLowGradeCore)].t1_ms *= 1.7;
    tissues[index_of(Tissue::kLowGradeCore)].t2_ms *= 1.4;
  }
  const double enhancing_from = stream.uniform() < 0.25 ? 1.9 : 100; // a few bright spots, or none
  LesionPlan plan;
  plan.layers.push_back({.box = whole->box(), .paint = [=](const Vector& p, Tissue before) {
                           const double depth = whole->depth(p);
                           const bool brain = is_parenchyma(before) || (before == Tissue::kCsf && depth > 3);
                           if (!brain || depth + 2 * (dither(p) - 0.5) < 0) {
                             return before;
                           }
                           if (depth < rim_mm && is_parenchyma(before)) {
                             return Tissue::kLowGradeRim;
                           }
                           return whole->pattern(p) > enhancing_from ? Tissue::kEnhancingTumour : Tissue::kLowGradeCore;
                         }});
  plan.masses.push_back(
      {.centre_mm = centre, .radius_mm = whole->radius_mm(), .shift_mm = between(0.05, 0.18, stream) * whole->radius_mm()});
  return plan;
}

LesionPlan plan_midline_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues) {
  const Vector pons = scout.place({0, -20, -28});
  const auto tumour = std::make_shared<const Blob>(pons, ball_radius_mm(between(16, 50, stream)), 1.2, 0.14, stream);
  const auto around = std::make_shared<const Blob>(pons, tumour->radius_mm() * between(1.15, 1.45, stream), 1.2, 0.15, stream);
  const double enhancing_from = stream.uniform() < 0.69 ? between(0.6, 1.6, stream) : 100;
  const double necrotic_below = stream.uniform() < 0.44 ? between(-1.9, -1.2, stream) : -100;
  tissues[index_of(Tissue::kEnhancingTumour)].contrast_mm *= between(0.4, 1.1, stream);
  const auto grows_in = [](Tissue tissue) {
    return tissue == Tissue::kBrainstem || tissue == Tissue::kCerebellarWhiteMatter || tissue == Tissue::kVentralDiencephalon ||
           tissue == Tissue::kCerebellarCortex || tissue == Tissue::kThalamus;
  };
  LesionPlan plan;
  if (stream.uniform() < 0.57) {
    plan.layers.push_back(oedema_layer(around, Tissue::kOedema));
  }
  plan.layers.push_back({.box = tumour->box(), .paint = [=](const Vector& p, Tissue before) {
                           const double depth = tumour->depth(p) + 2.5 * (dither(p) - 0.5);
                           if (depth < 0 || !(grows_in(before) || before == Tissue::kOedema)) {
                             return before;
                           }
                           const double pattern = tumour->pattern(p);
                           return depth > 2 && pattern > enhancing_from   ? Tissue::kEnhancingTumour
                                  : depth > 4 && pattern < necrotic_below ? Tissue::kNecrosis
                                                                          : Tissue::kMidlineGlioma;
                         }});
  plan.masses.push_back(
      {.centre_mm = pons, .radius_mm = tumour->radius_mm(), .shift_mm = between(0.15, 0.3, stream) * tumour->radius_mm()});
  return plan;
}

} // namespace brainmvp::simulate
