#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/atomic_file.h"
#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;
namespace {

bool has_tumour_labels(Pathology pathology) {
  return pathology != Pathology::kStroke && pathology != Pathology::kWhiteMatterLesions && pathology != Pathology::kNone;
}

// The labels of tumours by part, and 1 for any other lesion.
LabelOf label_of(Pathology pathology) { return has_tumour_labels(pathology) ? brats2023_label : any_lesion_label; }

TargetGrid common_grid(double voxel_mm) { return scanner_grid("RAS", {182, 218, 182}, {1, 1, 1}, voxel_mm, {0, 0, 4}); }

} // namespace

StudyPlan plan_bids(const PlanRequest& request) {
  const std::string subject = "sub-" + padded(request.number + 1, 3);
  StudyPlan plan{.id = subject};
  plan.spec.pathology = pathology_of(request, {Pathology::kHighGradeGlioma, Pathology::kLowGradeGlioma});
  plan.class_value = name_of(plan.spec.pathology);
  const TargetGrid grid = common_grid(request.voxel_mm);
  constexpr std::array<std::pair<Modality, const char*>, 8> kEndings{{{Modality::kFlair, "anat/?_FLAIR"},
                                                                      {Modality::kT1, "anat/?_T1w"},
                                                                      {Modality::kT1c, "anat/?_ce-gadolinium_T1w"},
                                                                      {Modality::kT2, "anat/?_T2w"},
                                                                      {Modality::kMra, "anat/?_angio"},
                                                                      {Modality::kPd, "anat/?_PDw"},
                                                                      {Modality::kDwi, "dwi/?_trace"},
                                                                      {Modality::kAdc, "dwi/?_ADC"}}};
  for (const auto& [modality, ending] : kEndings) {
    std::string name = ending;
    name.replace(name.find('?'), 1, subject);
    plan.add_image(modality, grid, fs::path(subject) / (name + ".nii.gz"));
  }
  plan.add_label(label_of(plan.spec.pathology), grid,
                 fs::path("derivatives/simulated") / subject / "anat" / (subject + "_desc-lesion_dseg.nii.gz"));
  return plan;
}

void write_bids_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  write_file(root / "dataset_description.json",
             "{\"Name\": \"Simulated heads\", \"BIDSVersion\": \"1.9.0\", \"DatasetType\": \"raw\"}\n");
  std::string text = "participant_id\tdiagnosis\n";
  for (const StudyPlan& plan : plans) {
    text += plan.id + "\t" + plan.class_value + "\n";
  }
  write_file(root / "participants.tsv", text);
}

StudyPlan plan_folders(const PlanRequest& request) {
  const std::string id = "patient" + padded(request.number + 1, 2);
  StudyPlan plan{.id = id};
  plan.spec.pathology = pathology_of(request, {Pathology::kWhiteMatterLesions});
  const TargetGrid grid = scanner_grid("LAS", {182, 218, 182}, {1, 1, 1}, request.voxel_mm, {0, 0, 4});
  for (const auto& [modality, name] : {std::pair{Modality::kT1, "T1"}, std::pair{Modality::kT1c, "T1POST"},
                                       std::pair{Modality::kT2, "T2"}, std::pair{Modality::kFlair, "FLAIR"}}) {
    plan.add_image(modality, grid, fs::path(id) / (std::string(name) + ".nii.gz"));
  }
  plan.add_label(label_of(plan.spec.pathology), grid, fs::path(id) / "gold.nii.gz");
  return plan;
}

StudyPlan plan_nnunet(const PlanRequest& request) {
  const bool test = request.studies > 4 && request.number % 5 == 4;
  const fs::path root = "Dataset001_Simulated";
  StudyPlan plan{.id = "case_" + padded(request.number + 1, 3)};
  plan.spec.pathology = pathology_of(request, {Pathology::kHighGradeGlioma, Pathology::kLowGradeGlioma});
  const TargetGrid grid = common_grid(request.voxel_mm);
  std::size_t channel = 0;
  for (const Modality modality : {Modality::kFlair, Modality::kT1, Modality::kT1c, Modality::kT2}) {
    plan.add_image(modality, grid, root / (test ? "imagesTs" : "imagesTr") / (plan.id + "_" + padded(channel++, 4) + ".nii.gz"));
  }
  if (!test) {
    plan.add_label(label_of(plan.spec.pathology), grid, root / "labelsTr" / (plan.id + ".nii.gz"));
  }
  return plan;
}

void write_nnunet_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  const auto labelled = std::ranges::count_if(plans, [](const StudyPlan& plan) { return !plan.label_files.empty(); });
  const bool parts = has_tumour_labels(plans.front().spec.pathology);
  write_file(root / "Dataset001_Simulated/dataset.json",
             R"({"channel_names": {"0": "FLAIR", "1": "T1", "2": "T1ce", "3": "T2"}, "labels": )" +
                 std::string(parts ? R"({"background": 0, "core": 1, "oedema": 2, "enhancing": 3})"
                                   : R"({"background": 0, "lesion": 1})") +
                 ", \"numTraining\": " + std::to_string(labelled) + ", \"file_ending\": \".nii.gz\"}\n");
}

} // namespace brainmvp::simulate
