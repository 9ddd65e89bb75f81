#include <array>
#include <utility>

#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;
namespace {

using Endings = std::array<std::pair<Modality, const char*>, 4>;
constexpr Endings kOldEndings{
    {{Modality::kT1, "_t1"}, {Modality::kT1c, "_t1ce"}, {Modality::kT2, "_t2"}, {Modality::kFlair, "_flair"}}};
constexpr Endings kNewEndings{
    {{Modality::kT1, "-t1n"}, {Modality::kT1c, "-t1c"}, {Modality::kT2, "-t2w"}, {Modality::kFlair, "-t2f"}}};

StudyPlan plan_case(const PlanRequest& request, const fs::path& parent, const std::string& id, const Endings& endings,
                    LabelOf label_of, const char* label_ending, Pathology pathology) {
  StudyPlan plan{.id = id};
  plan.spec.pathology = pathology;
  const TargetGrid grid = brats_grid(request.voxel_mm);
  const fs::path folder = parent / id;
  for (const auto& [modality, ending] : endings) {
    plan.add_image(modality, grid, folder / (id + ending + ".nii.gz"));
  }
  plan.add_label(label_of, grid, folder / (id + label_ending + ".nii.gz"));
  return plan;
}

StudyPlan plan_2023(const PlanRequest& request, const std::string& parent, const std::string& kind, Pathology pathology) {
  const std::string id = "BraTS-" + kind + "-" + padded(request.number + 2, 5) + "-000";
  return plan_case(request, parent, id, kNewEndings, brats2023_label, "-seg", pathology);
}

} // namespace

StudyPlan plan_brats2021(const PlanRequest& request) {
  return plan_case(request, "BraTS2021_Training_Data", "BraTS2021_" + padded(request.number, 5), kOldEndings, brats2021_label,
                   "_seg",
                   pathology_of(request, {Pathology::kHighGradeGlioma, Pathology::kHighGradeGlioma, Pathology::kLowGradeGlioma}));
}

StudyPlan plan_brats2023_ssa(const PlanRequest& request) {
  StudyPlan plan =
      plan_2023(request, "ASNR-MICCAI-BraTS2023-SSA-Challenge-TrainingData_V2", "SSA",
                pathology_of(request, {Pathology::kHighGradeGlioma, Pathology::kHighGradeGlioma, Pathology::kLowGradeGlioma}));
  return plan;
}

StudyPlan plan_brats2023_men(const PlanRequest& request) {
  return plan_2023(request, "ASNR-MICCAI-BraTS2023-MEN-Challenge-TrainingData", "MEN",
                   pathology_of(request, {Pathology::kMeningioma}));
}

StudyPlan plan_brats2023_ped(const PlanRequest& request) {
  StudyPlan plan = plan_2023(request, "ASNR-MICCAI-BraTS2023-PED-Challenge-TrainingData", "PED",
                             pathology_of(request, {Pathology::kMidlineGlioma}));
  plan.spec.brain_scale = 0.97;
  return plan;
}

StudyPlan plan_brats2023_met(const PlanRequest& request) {
  return plan_2023(request, "ASNR-MICCAI-BraTS2023-MET-Challenge-TrainingData", "MET",
                   pathology_of(request, {Pathology::kMetastases}));
}

StudyPlan plan_brats2018(const PlanRequest& request) {
  const Pathology pathology =
      pathology_of(request, {Pathology::kHighGradeGlioma, Pathology::kLowGradeGlioma, Pathology::kHighGradeGlioma});
  const std::string grade = pathology == Pathology::kLowGradeGlioma ? "LGG" : "HGG";
  StudyPlan plan = plan_case(request, fs::path("MICCAI_BraTS_2018_Data_Training") / grade,
                             "Brats18_SIM" + padded(request.number, 3) + "_1", kOldEndings, brats2021_label, "_seg", pathology);
  plan.class_value = grade;
  return plan;
}

void write_brats2018_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  std::vector<std::vector<std::string>> rows{{"BraTS18ID", "Age", "Survival", "ResectionStatus"}};
  for (const StudyPlan& plan : plans) {
    RandomStream stream({plan.spec.seed, plan.spec.number, text_key("survival")});
    if (plan.class_value == "HGG") {
      rows.push_back({plan.id, std::to_string(40 + stream.below(40)), std::to_string(60 + stream.below(900)), "GTR"});
    }
  }
  write_csv(root / "MICCAI_BraTS_2018_Data_Training/survival_data.csv", rows);
}

} // namespace brainmvp::simulate
