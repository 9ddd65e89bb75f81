// Tissues: their names, and what a scanner sees of them (tissues.toml).
//
//   const TissueTable tissues = standard_tissues(FieldStrength::k3T);
//   tissues[index_of(Tissue::kCortex)].t1_ms;
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace brainmvp::simulate {

// In the order of kTissueNames.
enum class Tissue : std::uint8_t {
  kAir,
  kWhiteMatter,
  kCortex,
  kCerebellarWhiteMatter,
  kCerebellarCortex,
  kThalamus,
  kCaudate,
  kPutamen,
  kPallidum,
  kHippocampus,
  kAmygdala,
  kVentralDiencephalon,
  kBrainstem,
  kVentricle,
  kCsf,
  kChoroidPlexus,
  kOpticNerve,
  kArtery,
  kVein,
  kDura,
  kBone,
  kMarrow,
  kFat,
  kMuscle,
  kSkin,
  kMucosa,
  kEye,
  kLens,
  kSpinalCord,
  kCochlea,
  kWhiteMatterLesion,
  kNecrosis,
  kSolidTumour,
  kEnhancingTumour,
  kOedema,
  kLowGradeCore,
  kLowGradeRim,
  kMidlineGlioma,
  kMetastasis,
  kMeningioma,
  kSchwannoma,
  kInfarctHours,
  kInfarctDays,
  kCount
};

inline constexpr std::size_t kTissueCount = static_cast<std::size_t>(Tissue::kCount);
constexpr std::size_t index_of(Tissue tissue) { return static_cast<std::size_t>(tissue); }

// Names as they stand in tissues.toml.
extern const std::array<std::string_view, kTissueCount> kTissueNames;

enum class FieldStrength { k15T, k3T };

struct TissueParameters {
  double t1_ms = 1000;
  double t2_ms = 100;
  double t2star_ms = 50;
  double density = 0;     // proton density, water 1
  double adc = 0;         // apparent diffusion coefficient, 1e-3 mm2/s
  double contrast_mm = 0; // contrast agent after injection, mmol/l
  double texture = 1;     // variation inside the tissue, 1 in white matter
  bool flows = false;     // blood: dark in spin echoes
  bool arterial = false;  // enters a slab fresh: bright in angiography
  bool fat = false;       // bright in fast spin echoes, suppressed in diffusion imaging
};

using TissueTable = std::array<TissueParameters, kTissueCount>;

TissueTable standard_tissues(FieldStrength field);

// Parenchyma, CSF and vessels inside the skull, and lesions: what skull stripping leaves.
bool is_brain(Tissue tissue);

// Grey and white matter, where lesions of the brain may be.
bool is_parenchyma(Tissue tissue);
bool is_white_matter(Tissue tissue);
bool is_lesion(Tissue tissue);
bool is_ventricle(Tissue tissue);
bool is_not_air(Tissue tissue);

// FreeSurfer numbers of label maps.
struct LabelOfTissue {
  int label;
  Tissue tissue;
};
const std::vector<LabelOfTissue>& freesurfer_labels(); // ascending

} // namespace brainmvp::simulate
