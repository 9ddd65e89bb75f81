#include <algorithm>
#include <cmath>
#include <memory>

#include "simulate/blob.h"
#include "simulate/pathology.h"
#include "simulate/spread.h"
#include "simulate/tumour_core.h"

namespace brainmvp::simulate {
namespace {

constexpr double kFade = 6; // mm over which oedema ends

bool is_inside_brain(Tissue tissue) {
  return is_parenchyma(tissue) || is_lesion(tissue) || tissue == Tissue::kCsf || tissue == Tissue::kChoroidPlexus;
}

bool takes_oedema(Tissue tissue) {
  return is_white_matter(tissue) || tissue == Tissue::kVentralDiencephalon || tissue == Tissue::kBrainstem;
}

// Oedema follows white matter, enters deep grey matter with effort, and crosses the midline rarely. Places differ, so that it has
// fingers.
Infiltration along_white_matter(const Scout& scout, double volume_ml, RandomStream& stream) {
  const auto places = std::make_shared<Lattice>(scout.reach(), 9);
  places->fill_random(stream, 1);
  const double crossing = stream.uniform() < 0.2 ? 1 : 5;
  return {.starts_in = {},
          .resistance =
              [places, crossing, midline_mm = scout.midline_mm()](const Vector& p, Tissue tissue) {
                const double own = takes_oedema(tissue) ? 1 : is_parenchyma(tissue) ? 2.5 : 8;
                const double middle = std::abs(p[0] - midline_mm) < 5 ? crossing : 1;
                return own * middle * std::exp(0.6 * static_cast<double>(places->at(p)));
              },
          .takes = takes_oedema,
          .volume_ml = volume_ml};
}

// Swollen white matter, which ends gradually and spares the cortex.
Layer oedema_layer(std::shared_ptr<const Spread> spread) {
  return {.box = spread->box(), .paint = [spread](const Vector& p, Tissue before) {
            return takes_oedema(before) && spread->depth(p) + kFade * (dither(p) - 0.5) > 0 ? Tissue::kOedema : before;
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

// How much of a core is what, and where its rim is.
struct CoreMakeUp {
  double rim_mm;         // thickness on average; broad patterns thin it, down to gaps
  double necrotic_below; // of the fine pattern
};

// The rim enhances; inside are fluid, solid tumour, and now and then a nodule that enhances.
Layer core_layer(std::shared_ptr<const TumourCore> core, const CoreMakeUp& of) {
  return {.box = core->box(), .paint = [core, of](const Vector& p, Tissue before) {
            const double depth = is_inside_brain(before) ? core->depth(p) : -1;
            if (depth < 0) {
              return before;
            }
            const double rim_mm = of.rim_mm * (1 + 0.75 * core->broad(p));
            if (depth < rim_mm || core->fine(p) > 1.9) {
              return Tissue::kEnhancingTumour;
            }
            return core->fine(p) + 0.7 * core->broad(p) < of.necrotic_below ? Tissue::kNecrosis : Tissue::kSolidTumour;
          }};
}

Mass mass_of(const TumourCore& core, double share) {
  return {.centre_mm = core.centre_mm(), .radius_mm = core.radius_mm(), .shift_mm = share * core.radius_mm()};
}

// One core, or in every fifth patient two or three.
std::vector<std::shared_ptr<const TumourCore>> draw_cores(const Scout& scout, double core_ml, RandomStream& stream) {
  const Vector first = draw_centre(scout, 9, stream);
  const std::size_t more = stream.uniform() < 0.2 ? 1 + stream.below(2) : 0;
  std::vector<std::shared_ptr<const TumourCore>> cores{
      std::make_shared<const TumourCore>(first, core_ml * (more > 0 ? 0.75 : 1), stream)};
  const double radius_mm = cores.front()->radius_mm();
  const auto near = [&](const Vector& p) {
    const double distance = length(minus(p, first));
    const bool same_side = (p[0] > scout.midline_mm()) == (first[0] > scout.midline_mm());
    return same_side && distance > 1.3 * radius_mm && distance < radius_mm + 35 && scout.below_surface_mm(p) > 5 ? 1.0 : 0.0;
  };
  for (const Vector& centre : scout.draw(
           more, [](Tissue tissue) { return tissue == Tissue::kWhiteMatter; }, near, stream)) {
    cores.push_back(std::make_shared<const TumourCore>(centre, core_ml * between(0.05, 0.25, stream), stream));
  }
  return cores;
}

} // namespace

LesionPlan plan_high_grade_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues) {
  const double whole_ml = lognormal(100, 0.6, 22, 220, stream);
  const double core_ml = whole_ml * between(0.2, 0.5, stream);
  const auto cores = draw_cores(scout, core_ml, stream);
  Infiltration oedema = along_white_matter(scout, whole_ml - core_ml, stream);
  oedema.starts_in = [&cores](const Vector& p) {
    return std::ranges::any_of(cores, [&p](const auto& core) { return core->depth(p) > 0; });
  };
  const CoreMakeUp make_up{.rim_mm = between(1.8, 5, stream), .necrotic_below = between(-2.2, 0.4, stream)};
  tissues[index_of(Tissue::kEnhancingTumour)].contrast_mm *= between(0.4, 1.7, stream);
  const double wet = std::exp(0.18 * stream.normal());
  tissues[index_of(Tissue::kOedema)].t2_ms *= wet;
  tissues[index_of(Tissue::kSolidTumour)].t2_ms *= wet;
  LesionPlan plan;
  plan.layers.push_back(oedema_layer(std::make_shared<const Spread>(scout, oedema)));
  const double push = between(0.2, 0.45, stream);
  for (const auto& core : cores) {
    plan.layers.push_back(core_layer(core, make_up));
    plan.masses.push_back(mass_of(*core, push));
  }
  return plan;
}

LesionPlan plan_low_grade_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues) {
  const double whole_ml = lognormal(55, 0.5, 12, 130, stream);
  const auto seat = std::make_shared<const TumourCore>(draw_centre(scout, 6, stream), 0.15 * whole_ml, stream);
  const auto places = std::make_shared<Lattice>(scout.reach(), 7);
  places->fill_random(stream, 1);
  // It grows into the cortex as well, and stops at fluid.
  const Infiltration growth{.starts_in = [&seat](const Vector& p) { return seat->depth(p) > 0; },
                            .resistance =
                                [places](const Vector& p, Tissue tissue) {
                                  return (takes_oedema(tissue)    ? 1
                                          : is_parenchyma(tissue) ? 1.4
                                                                  : 8) *
                                         std::exp(0.6 * static_cast<double>(places->at(p)));
                                },
                            .takes = is_parenchyma,
                            .volume_ml = 0.85 * whole_ml};
  const auto spread = std::make_shared<const Spread>(scout, growth);
  const double rim = between(0.2, 0.6, stream) * spread->reach();
  if (stream.uniform() < 0.35) { // dark in FLAIR, bright in T2: the mismatch of astrocytomas
    tissues[index_of(Tissue::kLowGradeCore)].t1_ms *= 1.7;
    tissues[index_of(Tissue::kLowGradeCore)].t2_ms *= 1.4;
  }
  const double enhancing_from = stream.uniform() < 0.25 ? 1.9 : 100; // a few bright spots, or none
  LesionPlan plan;
  plan.layers.push_back({.box = spread->box(), .paint = [=](const Vector& p, Tissue before) {
                           const double depth = spread->depth(p) + 3 * (dither(p) - 0.5);
                           const double seat_depth = seat->depth(p);
                           if (!is_parenchyma(before) && !(before == Tissue::kCsf && seat_depth > 3)) {
                             return before;
                           }
                           if (seat_depth < 0 && depth < 0) {
                             return before;
                           }
                           if (seat_depth < 0 && depth + 1.5 * seat->broad(p) < rim) {
                             return Tissue::kLowGradeRim;
                           }
                           return seat->fine(p) > enhancing_from ? Tissue::kEnhancingTumour : Tissue::kLowGradeCore;
                         }});
  plan.masses.push_back(mass_of(*seat, between(0.08, 0.25, stream)));
  return plan;
}

LesionPlan plan_midline_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues) {
  const Vector pons = scout.place({0, -20, -28});
  const auto tumour = std::make_shared<const Blob>(pons, ball_radius_mm(between(16, 50, stream)), 1.2, 0.14, stream);
  const double around_ml = between(4, 30, stream);
  const double enhancing_from = stream.uniform() < 0.69 ? between(0.6, 1.6, stream) : 100;
  const double necrotic_below = stream.uniform() < 0.44 ? between(-1.9, -1.2, stream) : -100;
  tissues[index_of(Tissue::kEnhancingTumour)].contrast_mm *= between(0.4, 1.1, stream);
  const auto grows_in = [](Tissue tissue) {
    return tissue == Tissue::kBrainstem || tissue == Tissue::kCerebellarWhiteMatter || tissue == Tissue::kVentralDiencephalon ||
           tissue == Tissue::kCerebellarCortex || tissue == Tissue::kThalamus;
  };
  LesionPlan plan;
  if (stream.uniform() < 0.57) {
    Infiltration oedema = along_white_matter(scout, around_ml, stream);
    oedema.starts_in = [&tumour](const Vector& p) { return tumour->depth(p) > 0; };
    plan.layers.push_back(oedema_layer(std::make_shared<const Spread>(scout, oedema)));
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
