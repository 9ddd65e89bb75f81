#include "simulate/cohort_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace brainmvp::simulate {
namespace {

constexpr std::array<CohortLayout, 20> kLayouts{{
    {"bids", "bids", "all eight modalities, gliomas; BIDS with derivatives", plan_bids, write_bids_tables},
    {"folders", "suffix", "a folder a patient, white-matter lesions (gold)", plan_folders, nullptr},
    {"nnunet", "nnunet_raw", "imagesTr, labelsTr, imagesTs, dataset.json; gliomas", plan_nnunet, write_nnunet_tables},
    {"brats2021", "brats_underscore", "BraTS 2021, gliomas", plan_brats2021, nullptr},
    {"brats2023-ssa", "brats_hyphen", "BraTS 2023 Africa, gliomas", plan_brats2023_ssa, nullptr},
    {"brats2023-men", "brats_hyphen", "BraTS 2023 meningiomas", plan_brats2023_men, nullptr},
    {"ucsf-pdgm", "ucsf_nifti", "UCSF-PDGM, gliomas with DWI and ADC", plan_ucsf, write_ucsf_tables},
    {"ixi", "ixi_by_modality", "IXI, healthy, T1 T2 PD MRA", plan_ixi, nullptr},
    {"brats2023-ped", "brats_hyphen", "BraTS 2023 paediatric, midline gliomas", plan_brats2023_ped, nullptr},
    {"brats2023-met", "brats_hyphen", "BraTS 2023 metastases", plan_brats2023_met, nullptr},
    {"isles22", "isles_bids", "ISLES 2022, stroke, DWI ADC FLAIR", plan_isles, nullptr},
    {"isles22-rawdata", "isles_rawdata", "ISLES 2022 as in the challenge", plan_isles_rawdata, nullptr},
    {"mrbrains13", "mrbrains13", "MRBrainS13, brain tissues; five labelled studies", plan_mrbrains, nullptr},
    {"vsseg", "vs_gk", "VS-SEG, vestibular schwannoma, T1c T2", plan_vs_gk, nullptr},
    {"crossmoda", "crossmoda", "crossMoDA 2021, schwannoma and cochlea", plan_crossmoda, nullptr},
    {"upenn-gbm", "upenn_gbm", "UPENN-GBM, glioblastoma", plan_upenn, write_upenn_tables},
    {"brats2018", "brats18_grade_dirs", "BraTS 2018, folders HGG and LGG", plan_brats2018, write_brats2018_tables},
    {"adni", "ida_tree", "ADNI, CN and MCI with atrophy, T1", plan_adni, write_adni_tables},
    {"adhd200", "bids", "ADHD-200, T1", plan_adhd200, write_adhd200_tables},
    {"abide1", "bids", "ABIDE I, T1", plan_abide1, write_abide1_tables},
}};

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\n") == std::string::npos) {
    return cell;
  }
  std::string text = "\"";
  for (const char c : cell) {
    text += c == '"' ? "\"\"" : std::string(1, c);
  }
  return text + "\"";
}

} // namespace

void StudyPlan::add_image(Modality modality, const TargetGrid& target, const std::filesystem::path& file) {
  spec.images.push_back({.modality = modality, .target = target});
  image_files.push_back(file);
}

void StudyPlan::add_label(LabelOf label_of, const TargetGrid& target, const std::filesystem::path& file) {
  spec.labels.push_back({.label_of = label_of, .target = target});
  label_files.push_back(file);
}

std::span<const CohortLayout> cohort_layouts() { return kLayouts; }

const CohortLayout& cohort_layout(std::string_view name) {
  const std::string wanted = to_lower(name);
  std::vector<std::string> names;
  for (const CohortLayout& layout : kLayouts) {
    if (layout.name == wanted) {
      return layout;
    }
    names.emplace_back(layout.name);
  }
  const auto by_reader = std::ranges::find(kLayouts, std::string_view(wanted), &CohortLayout::reader);
  if (by_reader != kLayouts.end()) {
    return *by_reader;
  }
  const std::string nearest = nearest_name(wanted, names);
  throw Error(ExitCode::kUsage, "layout '" + std::string(name) + "' cannot be simulated" +
                                    (nearest.empty() ? "; known are " + join(names, ", ") : "; did you mean " + nearest + "?"));
}

RandomStream plan_stream(const PlanRequest& request, std::string_view purpose) {
  return {request.seed, request.number, text_key(purpose)};
}

std::string padded(std::size_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits > text.size() ? digits - text.size() : 0, '0') + text;
}

TargetGrid brats_grid(double voxel_mm) {
  const double spacing = std::max(1.0, voxel_mm);
  TargetGrid target;
  constexpr std::array<double, 3> kMillimetres{240, 240, 155};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    target.grid.size[axis] = static_cast<std::size_t>(std::lround(kMillimetres[axis] / spacing));
    target.grid.affine.matrix[axis][axis] = axis < 2 ? -spacing : spacing;
  }
  target.grid.affine.translation = {0, 239, 0};
  target.centre_mm = {-120, 121, 72};
  return target;
}

TargetGrid scanner_grid(std::string_view codes, const image::Size& size, const Vector& spacing_mm, double voxel_mm,
                        const Vector& centre_mm) {
  TargetGrid target;
  target.grid.affine.matrix = {};
  target.grid.affine.translation = centre_mm;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing = std::max(spacing_mm[axis], voxel_mm);
    target.grid.size[axis] =
        static_cast<std::size_t>(std::lround(std::max(1.0, static_cast<double>(size[axis]) * spacing_mm[axis] / spacing)));
    const std::size_t world = std::string_view("LRPAIS").find(codes[axis]) / 2;
    const double sign = codes[axis] == 'L' || codes[axis] == 'P' || codes[axis] == 'I' ? -1 : 1;
    target.grid.affine.matrix[world][axis] = sign * spacing;
    target.grid.affine.translation[world] -= sign * spacing * static_cast<double>(target.grid.size[axis] - 1) / 2;
  }
  return target;
}

Pathology pathology_of(const PlanRequest& request, std::initializer_list<Pathology> usual) {
  const std::span<const Pathology> choices =
      request.pathologies.empty() ? std::span<const Pathology>(usual.begin(), usual.size()) : std::span(request.pathologies);
  return choices[request.number % choices.size()];
}

void write_csv(const std::filesystem::path& file, const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::vector<std::string> cells;
    std::ranges::transform(row, std::back_inserter(cells), quoted);
    text += join(cells, ",") + "\n";
  }
  create_folders(file.parent_path());
  write_file(file, text);
}

} // namespace brainmvp::simulate
