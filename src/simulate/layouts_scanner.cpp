#include <string>

#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;
namespace {

StudyPlan scanner_plan(const std::string& id, Pathology pathology, bool stripped, bool registered) {
  StudyPlan plan{.id = id};
  plan.spec.pathology = pathology;
  plan.spec.stripped = stripped;
  plan.spec.registered = registered;
  return plan;
}

StudyPlan plan_stroke_case(const PlanRequest& request, const fs::path& images, const std::string& flair, const std::string& dwi) {
  const std::string subject = "sub-strokecase" + padded(request.number + 1, 4);
  const std::string stem = subject + "_ses-0001_";
  StudyPlan plan = scanner_plan(subject + "_ses-0001", pathology_of(request, {Pathology::kStroke}), true, false);
  plan.spec.stored = io::StoredType::kFloat32;
  plan.spec.adc_unit = 1e-3; // the files hold 1e-3 mm2/s
  const TargetGrid diffusion = scanner_grid("LAS", {112, 112, 73}, {2, 2, 2}, request.voxel_mm, {0, 0, 0});
  const TargetGrid slices = scanner_grid("LAS", {512, 512, 29}, {0.45, 0.45, 5}, request.voxel_mm, {0, 0, 0});
  const fs::path session = images / subject / "ses-0001";
  plan.add_image(Modality::kDwi, diffusion, session / dwi / (stem + "dwi.nii.gz"));
  plan.add_image(Modality::kAdc, diffusion, session / dwi / (stem + "adc.nii.gz"));
  plan.add_image(Modality::kFlair, slices, session / flair / (stem + (flair.empty() ? "flair" : "FLAIR") + ".nii.gz"));
  const fs::path derivatives = (images.has_parent_path() ? images.parent_path() : images) / "derivatives";
  plan.add_label(any_lesion_label, diffusion, derivatives / subject / "ses-0001" / (stem + "msk.nii.gz"));
  return plan;
}

} // namespace

StudyPlan plan_isles(const PlanRequest& request) { return plan_stroke_case(request, "ISLES-2022", "anat", "dwi"); }

StudyPlan plan_isles_rawdata(const PlanRequest& request) { return plan_stroke_case(request, "ISLES-2022/rawdata", "", ""); }

StudyPlan plan_ixi(const PlanRequest& request) {
  constexpr std::size_t kSites = 3;
  const std::array<std::string, kSites> sites{"Guys", "HH", "IOP"};
  const std::size_t site = request.number % kSites;
  const std::string id = "IXI" + padded(request.number + 2, 3) + "-" + sites[site] + "-" + padded(828 + 7 * request.number, 4);
  StudyPlan plan = scanner_plan(id, pathology_of(request, {Pathology::kNone}), false, false);
  plan.spec.field = sites[site] == "HH" ? FieldStrength::k3T : FieldStrength::k15T;
  plan.fixed_field = true;
  plan.spec.volumetric = true;
  const auto file = [&id](const std::string& modality) {
    return fs::path("IXI-" + modality) / (id + "-" + modality + ".nii.gz");
  };
  const double voxel = request.voxel_mm;
  plan.add_image(Modality::kT1, scanner_grid("PSR", {256, 256, 150}, {0.9375, 0.9375, 1.2}, voxel), file("T1"));
  const TargetGrid axial = scanner_grid("LPS", {256, 256, 130}, {0.9375, 0.9375, 1.25}, voxel, {0, 0, 8});
  plan.add_image(Modality::kT2, axial, file("T2"));
  plan.add_image(Modality::kPd, axial, file("PD"));
  plan.add_image(Modality::kMra, scanner_grid("LPS", {512, 512, 100}, {0.46875, 0.46875, 0.8}, voxel, {0, 0, -12}), file("MRA"));
  return plan;
}

StudyPlan plan_mrbrains(const PlanRequest& request) {
  constexpr std::size_t kLabelled = 5;
  const bool labelled = request.number < kLabelled;
  const std::string number = std::to_string(labelled ? request.number + 1 : request.number + 1 - kLabelled);
  const fs::path folder = fs::path("MRBrainS13DataNii") / (labelled ? "TrainingData" : "TestData") / number;
  StudyPlan plan = scanner_plan((labelled ? "TrainingData_" : "TestData_") + number,
                                pathology_of(request, {Pathology::kWhiteMatterLesions}), false, false);
  plan.fixed_field = true; // 3 T
  plan.spec.atrophy = 0.3; // patients of 50 years and more
  const TargetGrid slices = scanner_grid("LAS", {240, 240, 48}, {0.958, 0.958, 3}, request.voxel_mm, {0, 0, 2});
  plan.add_image(Modality::kT1, slices, folder / "T1.nii");
  plan.add_image(Modality::kT1Ir, slices, folder / "T1_IR.nii");
  plan.add_image(Modality::kFlair, slices, folder / "T2_FLAIR.nii");
  if (labelled) {
    plan.add_label(mrbrains13_label, slices, folder / "LabelsForTraining.nii");
    plan.add_label(mrbrains13_test_label, slices, folder / "LabelsForTesting.nii");
  }
  return plan;
}

StudyPlan plan_vs_gk(const PlanRequest& request) {
  const std::string id = "vs_gk_" + std::to_string(request.number + 1);
  StudyPlan plan = scanner_plan(id, pathology_of(request, {Pathology::kSchwannoma}), false, false);
  plan.spec.field = FieldStrength::k15T;
  plan.fixed_field = true;
  plan.spec.volumetric = true;
  const double voxel = request.voxel_mm;
  const TargetGrid t1 = scanner_grid("LPS", {512, 512, 120}, {0.41, 0.41, 1.5}, voxel, {0, 0, 0});
  const TargetGrid t2 = scanner_grid("LPS", {448, 448, 80}, {0.5, 0.5, 1.5}, voxel, {0, 0, -20});
  plan.add_image(Modality::kT1c, t1, fs::path(id) / "vs_gk_t1_refT1.nii.gz");
  plan.add_image(Modality::kT2, t2, fs::path(id) / "vs_gk_t2_refT2.nii.gz");
  plan.add_label(any_lesion_label, t1, fs::path(id) / "vs_gk_seg_refT1.nii.gz");
  plan.add_label(any_lesion_label, t2, fs::path(id) / "vs_gk_seg_refT2.nii.gz");
  return plan;
}

StudyPlan plan_crossmoda(const PlanRequest& request) {
  const bool source = request.number % 2 == 0;
  const std::string id = "crossmoda_" + std::to_string(request.number + 1);
  StudyPlan plan = scanner_plan(id, pathology_of(request, {Pathology::kSchwannoma}), false, false);
  plan.spec.volumetric = true;
  const TargetGrid grid = source ? scanner_grid("LPS", {512, 512, 120}, {0.41, 0.41, 1.5}, request.voxel_mm, {0, 0, 0})
                                 : scanner_grid("LPS", {448, 448, 80}, {0.5, 0.5, 1.5}, request.voxel_mm, {0, 0, -20});
  if (source) {
    plan.add_image(Modality::kT1c, grid, fs::path("source_training") / (id + "_ceT1.nii.gz"));
    plan.add_label(crossmoda_label, grid, fs::path("source_training") / (id + "_Label.nii.gz"));
  } else {
    plan.add_image(Modality::kT2, grid, fs::path("target_training") / (id + "_hrT2.nii.gz"));
  }
  return plan;
}

} // namespace brainmvp::simulate
