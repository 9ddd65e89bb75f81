#include <algorithm>
#include <cmath>
#include <memory>

#include "simulate/blob.h"
#include "simulate/pathology.h"

namespace brainmvp::simulate {
namespace {

constexpr double kMidline = 6;       // mm: the third ventricle has no seam of lesions
constexpr double kSmallestMl = 0.01; // medians of three real heads are 0.017 to 0.118 ml
constexpr double kSoftRim = 1.6;     // mm over which a lesion fades
constexpr double kBareWall = 0.65;   // of a pattern of standard deviation 1: a quarter is above it

Layer infarct(const Blob& shape, Tissue tissue, double midline_mm) {
  const auto blob = std::make_shared<const Blob>(shape);
  const bool right = blob->centre_mm()[0] > midline_mm;
  return {.box = blob->box(), .paint = [blob, tissue, right, midline_mm](const Vector& p, Tissue before) {
            const bool same_side = (p[0] > midline_mm) == right;
            return same_side && is_parenchyma(before) && blob->depth(p) > 0 ? tissue : before;
          }};
}

Layer white_matter_lesion(const Blob& shape) {
  const auto blob = std::make_shared<const Blob>(shape);
  return {.box = blob->box(kSoftRim / 2), .paint = [blob](const Vector& p, Tissue before) {
            return is_white_matter(before) && blob->depth(p) > kSoftRim * (dither(p) - 0.5) ? Tissue::kWhiteMatterLesion : before;
          }};
}

bool is_cerebral_white(Tissue tissue) { return tissue == Tissue::kWhiteMatter; }

} // namespace

LesionPlan plan_stroke(const Scout& scout, RandomStream& stream) {
  LesionPlan plan;
  const Tissue tissue = stream.uniform() < 0.25 ? Tissue::kInfarctHours : Tissue::kInfarctDays;
  const double kind = stream.uniform();
  const auto anywhere = [&](const Vector& p) {
    return scout.below_surface_mm(p) > 2 && std::abs(p[0] - scout.midline_mm()) > 6 ? 1.0 : 0.0;
  };
  const Vector first = scout.draw_one(is_parenchyma, anywhere, scout.place({40, -10, 20}), stream);
  if (kind < 0.45) { // a territory, with some fragments around
    const double radius_mm = ball_radius_mm(lognormal(18, 0.8, 3, 110, stream));
    plan.layers.push_back(infarct(Blob(first, radius_mm, 1.5, 0.22, stream), tissue, scout.midline_mm()));
  } else if (kind < 0.65) { // lacune
    const auto deep = [&](const Vector& p) { return scout.below_surface_mm(p) > 14 ? 1.0 : 0.0; };
    const Vector centre = scout.draw_one(is_parenchyma, deep, first, stream);
    plan.layers.push_back(infarct(Blob(centre, ball_radius_mm(lognormal(0.9, 0.5, 0.2, 2.5, stream)), 1.4, 0.1, stream), tissue,
                                  scout.midline_mm()));
    return plan;
  }
  const std::size_t pieces = 1 + stream.below(kind < 0.65 ? 5 : 16);
  const double reach_mm = between(25, 60, stream);
  const auto near = [&](const Vector& p) {
    return length(minus(p, first)) < reach_mm && scout.below_surface_mm(p) < 14 ? anywhere(p) : 0.0;
  };
  for (const Vector& centre : scout.draw(pieces, is_parenchyma, near, stream)) {
    const double radius_mm = ball_radius_mm(lognormal(0.25, 1.0, 0.03, 4, stream));
    plan.layers.push_back(infarct(Blob(centre, radius_mm, 1.5, 0.15, stream), tissue, scout.midline_mm()));
  }
  return plan;
}

LesionPlan plan_white_matter_lesions(const Scout& scout, RandomStream& stream) {
  LesionPlan plan;
  const double load = lognormal(1, 0.7, 0.25, 5, stream);
  const auto count = static_cast<std::size_t>(28 * load);
  const double usual_mm = between(5, 9, stream); // from the ventricles
  const auto weight = [&](const Vector& p) {
    const double distance = std::max(0.5, scout.to_ventricle_mm(p));
    const double off = std::log(distance / usual_mm) / 0.75;
    const bool lateral = std::abs(p[0] - scout.midline_mm()) > kMidline;
    return lateral && scout.below_surface_mm(p) > 4 ? std::exp(-off * off / 2) / (distance * distance) * 10 : 0.0;
  };
  for (const Vector& centre : scout.draw(count, is_cerebral_white, weight, stream)) {
    const double volume_ml = lognormal(0.055 * std::sqrt(load), 1.2, kSmallestMl, 6, stream);
    plan.layers.push_back(white_matter_lesion(Blob(centre, ball_radius_mm(volume_ml), 1.5, 0.12, stream)));
  }
  // Caps and bands along the ventricles, on a quarter of their walls.
  const double seam_mm = lognormal(3 * load, 0.4, 1, 9, stream);
  const Vector low = scout.place({-67, -89, -20});
  const Vector high = scout.place({67, 81, 60});
  const auto pattern = std::make_shared<Lattice>(Extent{.low_mm = low, .high_mm = high}, 7);
  pattern->fill_random(stream, 1);
  plan.layers.push_back(
      {.box = {.low_mm = low, .high_mm = high}, .paint = [&scout, pattern, seam_mm](const Vector& p, Tissue before) {
         if (!is_cerebral_white(before)) {
           return before;
         }
         const double reach = seam_mm * (static_cast<double>(pattern->at(p)) - kBareWall);
         return scout.to_ventricle_mm(p) < reach ? Tissue::kWhiteMatterLesion : before;
       }});
  return plan;
}

LesionPlan plan_lesions(Pathology pathology, const Scout& scout, RandomStream& stream, TissueTable& tissues) {
  switch (pathology) {
  case Pathology::kHighGradeGlioma:
    return plan_high_grade_glioma(scout, stream, tissues);
  case Pathology::kLowGradeGlioma:
    return plan_low_grade_glioma(scout, stream, tissues);
  case Pathology::kMidlineGlioma:
    return plan_midline_glioma(scout, stream, tissues);
  case Pathology::kMetastases:
    return plan_metastases(scout, stream);
  case Pathology::kMeningioma:
    return plan_meningioma(scout, stream);
  case Pathology::kStroke:
    return plan_stroke(scout, stream);
  case Pathology::kWhiteMatterLesions:
    return plan_white_matter_lesions(scout, stream);
  case Pathology::kSchwannoma:
    return plan_schwannoma(scout, stream);
  default:
    return {};
  }
}

} // namespace brainmvp::simulate
