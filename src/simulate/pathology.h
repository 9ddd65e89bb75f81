// What is wrong with a person: shapes of lesions, placed in the person's own head.
//
//   const Scout scout(coarse_head);
//   const LesionPlan plan = plan_lesions(Pathology::kHighGradeGlioma, scout, stream, tissues);
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "simulate/person.h"

namespace brainmvp::simulate {

// In the order of kPathologyNames.
enum class Pathology {
  kNone,
  kHighGradeGlioma,
  kLowGradeGlioma,
  kMidlineGlioma,
  kMetastases,
  kMeningioma,
  kStroke,
  kWhiteMatterLesions,
  kSchwannoma,
  kCount
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Pathology::kCount)> kPathologyNames{
    "none",   "high_grade_glioma",    "low_grade_glioma", "midline_glioma", "metastases", "meningioma",
    "stroke", "white_matter_lesions", "schwannoma"};
constexpr std::string_view name_of(Pathology pathology) { return kPathologyNames[static_cast<std::size_t>(pathology)]; }

// The person's head at low resolution, for placing lesions.
class Scout {
public:
  explicit Scout(TissueVolume coarse);

  // Voxels that `wanted` accepts, drawn with `weight` (0 or more); none when no voxel has weight.
  std::vector<Vector> draw(std::size_t count, bool (*wanted)(Tissue), const std::function<double(const Vector&)>& weight,
                           RandomStream& stream) const;

  // One of them, or `otherwise`.
  Vector draw_one(bool (*wanted)(Tissue), const std::function<double(const Vector&)>& weight, const Vector& otherwise,
                  RandomStream& stream) const;

  // A place of the built-in head, stretched to this person's brain.
  [[nodiscard]] Vector place(const Vector& built_in_mm) const;

  [[nodiscard]] double to_ventricle_mm(const Vector& p) const { return static_cast<double>(to_ventricle_.at(p)); }
  [[nodiscard]] double below_surface_mm(const Vector& p) const { return static_cast<double>(-to_outside_.at(p)); }
  [[nodiscard]] Vector inwards(const Vector& p) const; // unit length, away from the brain's surface
  [[nodiscard]] double midline_mm() const { return midline_mm_; }
  [[nodiscard]] const Extent& reach() const { return brain_; }
  [[nodiscard]] const TissueVolume& coarse() const { return coarse_; }

private:
  TissueVolume coarse_;
  Extent brain_; // parenchyma
  Lattice to_ventricle_;
  Lattice to_outside_; // from the parenchyma, signed
  double midline_mm_;
};

// A part of a lesion: what becomes of the tissue at points inside the box.
struct Layer {
  Extent box;
  std::function<Tissue(const Vector&, Tissue)> paint;
};

struct LesionPlan {               // must not outlive its scout
  std::vector<Layer> layers = {}; // painted in this order
  std::vector<Mass> masses = {};
};

// May change the tissues of the lesions (one tumour enhances more than another).
LesionPlan plan_lesions(Pathology pathology, const Scout& scout, RandomStream& stream, TissueTable& tissues);

// One function a pathology.
LesionPlan plan_high_grade_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues);
LesionPlan plan_low_grade_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues);
LesionPlan plan_midline_glioma(const Scout& scout, RandomStream& stream, TissueTable& tissues);
LesionPlan plan_metastases(const Scout& scout, RandomStream& stream);
LesionPlan plan_meningioma(const Scout& scout, RandomStream& stream);
LesionPlan plan_stroke(const Scout& scout, RandomStream& stream);
LesionPlan plan_white_matter_lesions(const Scout& scout, RandomStream& stream);
LesionPlan plan_schwannoma(const Scout& scout, RandomStream& stream);

} // namespace brainmvp::simulate
