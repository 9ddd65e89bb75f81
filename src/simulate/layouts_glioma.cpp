#include <array>
#include <utility>

#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;
namespace {

// UCSF's table has three digits where its folders have four.
std::string ucsf_id(std::size_t number, std::size_t digits) { return "UCSF-PDGM-" + padded(number + 4, digits); }

} // namespace

StudyPlan plan_ucsf(const PlanRequest& request) {
  StudyPlan plan{.id = ucsf_id(request.number, 4)};
  plan.spec.pathology =
      pathology_of(request, {Pathology::kHighGradeGlioma, Pathology::kHighGradeGlioma, Pathology::kLowGradeGlioma});
  plan.class_value = plan.spec.pathology == Pathology::kLowGradeGlioma ? "2" : "4";
  const TargetGrid grid = brats_grid(request.voxel_mm);
  const fs::path folder = fs::path("UCSF-PDGM-v3") / (plan.id + "_nifti");
  constexpr std::array<std::pair<Modality, const char*>, 6> kEndings{{{Modality::kT1, "_T1"},
                                                                      {Modality::kT1c, "_T1c"},
                                                                      {Modality::kT2, "_T2"},
                                                                      {Modality::kFlair, "_FLAIR"},
                                                                      {Modality::kDwi, "_DWI"},
                                                                      {Modality::kAdc, "_ADC"}}};
  for (const auto& [modality, ending] : kEndings) {
    plan.add_image(modality, grid, folder / (plan.id + ending + ".nii.gz"));
  }
  plan.add_label(brats2021_label, grid, folder / (plan.id + "_tumor_segmentation.nii.gz"));
  return plan;
}

void write_ucsf_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  std::vector<std::vector<std::string>> rows{
      {"ID", "Sex", "Age at MRI", "WHO CNS Grade", "Final pathologic diagnosis (WHO 2021)", "IDH", "MGMT status"}};
  for (const StudyPlan& plan : plans) {
    RandomStream stream({plan.spec.seed, plan.spec.number, text_key("table")});
    const bool high = plan.class_value == "4";
    rows.push_back({ucsf_id(plan.spec.number, 3), stream.below(2) == 0 ? "M" : "F",
                    std::to_string((high ? 45 : 28) + stream.below(30)), plan.class_value,
                    high ? "Glioblastoma, IDH-wildtype" : "Astrocytoma, IDH-mutant", high ? "wildtype" : "mutated (NOS)",
                    stream.below(2) == 0 ? "positive" : "negative"});
  }
  write_csv(root / "UCSF-PDGM-metadata_v2.csv", rows);
}

StudyPlan plan_upenn(const PlanRequest& request) {
  StudyPlan plan{.id = "UPENN-GBM-" + padded(request.number + 1, 5) + "_11"};
  plan.spec.pathology = pathology_of(request, {Pathology::kHighGradeGlioma});
  const TargetGrid grid = brats_grid(request.voxel_mm);
  const fs::path root = "UPENN-GBM/NIfTI-files";
  constexpr std::array<std::pair<Modality, const char*>, 4> kEndings{
      {{Modality::kT1, "_T1"}, {Modality::kT1c, "_T1GD"}, {Modality::kT2, "_T2"}, {Modality::kFlair, "_FLAIR"}}};
  for (const auto& [modality, ending] : kEndings) {
    plan.add_image(modality, grid, root / "images_structural" / plan.id / (plan.id + ending + ".nii.gz"));
  }
  plan.add_label(brats2021_label, grid, root / "images_segm" / (plan.id + "_segm.nii.gz"));
  return plan;
}

void write_upenn_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  std::vector<std::vector<std::string>> rows{{"ID", "Gender", "Age_at_scan_years", "Survival_from_surgery_days", "IDH1", "MGMT"}};
  for (const StudyPlan& plan : plans) {
    RandomStream stream({plan.spec.seed, plan.spec.number, text_key("table")});
    rows.push_back({plan.id, stream.below(2) == 0 ? "M" : "F", std::to_string(45 + stream.below(35)),
                    std::to_string(60 + stream.below(900)), "Wildtype",
                    stream.below(3) == 0   ? "Not Available"
                    : stream.below(2) == 0 ? "Methylated"
                                           : "Unmethylated"});
  }
  write_csv(root / "UPENN-GBM/UPENN-GBM_clinical_info_v2.1.csv", rows);
}

} // namespace brainmvp::simulate
