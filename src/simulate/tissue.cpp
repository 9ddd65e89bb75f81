#include "simulate/tissue.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "io/config_file.h"
#include "simulate/embedded_texts.h"

namespace brainmvp::simulate {

const std::array<std::string_view, kTissueCount> kTissueNames{"air",
                                                              "white_matter",
                                                              "cortex",
                                                              "cerebellar_white_matter",
                                                              "cerebellar_cortex",
                                                              "thalamus",
                                                              "caudate",
                                                              "putamen",
                                                              "pallidum",
                                                              "hippocampus",
                                                              "amygdala",
                                                              "ventral_diencephalon",
                                                              "brainstem",
                                                              "ventricle",
                                                              "csf",
                                                              "choroid_plexus",
                                                              "optic_nerve",
                                                              "artery",
                                                              "vein",
                                                              "dura",
                                                              "bone",
                                                              "marrow",
                                                              "fat",
                                                              "muscle",
                                                              "skin",
                                                              "mucosa",
                                                              "eye",
                                                              "lens",
                                                              "spinal_cord",
                                                              "cochlea",
                                                              "white_matter_lesion",
                                                              "necrosis",
                                                              "solid_tumour",
                                                              "enhancing_tumour",
                                                              "oedema",
                                                              "low_grade_core",
                                                              "low_grade_rim",
                                                              "midline_glioma",
                                                              "metastasis",
                                                              "meningioma",
                                                              "schwannoma",
                                                              "infarct_hours",
                                                              "infarct_days"};

namespace {

struct TissueData {
  std::array<TissueTable, 2> tables; // 1.5 T, 3 T
  std::vector<LabelOfTissue> labels;
};

std::size_t tissue_of(const std::string& name) {
  const auto found = std::ranges::find(kTissueNames, name);
  if (found == kTissueNames.end()) {
    throw Error(ExitCode::kInternal, "tissues.toml: there is no tissue '" + name + "'");
  }
  return static_cast<std::size_t>(found - kTissueNames.begin());
}

void set(const io::ConfigEntry& entry, std::size_t field, TissueParameters& tissue) {
  const io::ConfigValue& value = entry.values.size() == 2 ? entry.values[field] : entry.values.front();
  if (entry.key == "flows" || entry.key == "arterial" || entry.key == "fat") {
    (entry.key == "fat" ? tissue.fat : entry.key == "flows" ? tissue.flows : tissue.arterial) = std::get<bool>(value);
    return;
  }
  const std::array<std::pair<std::string_view, double*>, 7> numbers{{{"t1_ms", &tissue.t1_ms},
                                                                     {"t2_ms", &tissue.t2_ms},
                                                                     {"t2star_ms", &tissue.t2star_ms},
                                                                     {"density", &tissue.density},
                                                                     {"adc", &tissue.adc},
                                                                     {"contrast_mm", &tissue.contrast_mm},
                                                                     {"texture", &tissue.texture}}};
  const auto found = std::ranges::find(numbers, std::string_view(entry.key), &std::pair<std::string_view, double*>::first);
  if (found == numbers.end()) {
    throw Error(ExitCode::kInternal, "tissues.toml: line " + std::to_string(entry.line) + ": unknown key " + entry.key);
  }
  const auto* whole = std::get_if<std::int64_t>(&value);
  *found->second = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
}

TissueData read_source() {
  TissueData source;
  for (const io::ConfigEntry& entry : io::read_config_text(embedded_texts().front().text, embedded_texts().front().name)) {
    const std::size_t tissue = tissue_of(entry.table);
    if (entry.key == "freesurfer") {
      for (const io::ConfigValue& label : entry.values) {
        source.labels.push_back({static_cast<int>(std::get<std::int64_t>(label)), static_cast<Tissue>(tissue)});
      }
      continue;
    }
    for (std::size_t field = 0; field < 2; ++field) {
      set(entry, field, source.tables[field][tissue]);
    }
  }
  std::ranges::sort(source.labels, {}, &LabelOfTissue::label);
  return source;
}

const TissueData& source() {
  static const TissueData read = read_source();
  return read;
}

bool is_between(Tissue tissue, Tissue first, Tissue last) { return tissue >= first && tissue <= last; }

} // namespace

TissueTable standard_tissues(FieldStrength field) { return source().tables[field == FieldStrength::k3T ? 1 : 0]; }

const std::vector<LabelOfTissue>& freesurfer_labels() { return source().labels; }

bool is_lesion(Tissue tissue) { return is_between(tissue, Tissue::kWhiteMatterLesion, Tissue::kInfarctDays); }

bool is_brain(Tissue tissue) {
  return is_between(tissue, Tissue::kWhiteMatter, Tissue::kChoroidPlexus) || tissue == Tissue::kArtery || is_lesion(tissue);
}

bool is_parenchyma(Tissue tissue) { return is_between(tissue, Tissue::kWhiteMatter, Tissue::kBrainstem); }

bool is_white_matter(Tissue tissue) { return tissue == Tissue::kWhiteMatter || tissue == Tissue::kCerebellarWhiteMatter; }

bool is_ventricle(Tissue tissue) { return tissue == Tissue::kVentricle; }

bool is_not_air(Tissue tissue) { return tissue != Tissue::kAir; }

} // namespace brainmvp::simulate
