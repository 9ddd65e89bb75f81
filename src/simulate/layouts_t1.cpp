#include <array>
#include <string>

#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;
namespace {

using Rows = std::vector<std::vector<std::string>>;

StudyPlan t1_plan(const std::string& id, const PlanRequest& request, const fs::path& file) {
  StudyPlan plan{.id = id};
  plan.spec.pathology = pathology_of(request, {Pathology::kNone});
  plan.spec.stripped = false;
  plan.spec.registered = false;
  plan.spec.volumetric = true;
  RandomStream stream = plan_stream(request, "site");
  // Sites differ in grid and in the order of axes.
  const TargetGrid grid = stream.below(2) == 0 ? scanner_grid("PSR", {256, 256, 176}, {1, 1, 1}, request.voxel_mm)
                                               : scanner_grid("LIP", {192, 256, 256}, {1, 1, 1}, request.voxel_mm);
  plan.add_image(Modality::kT1, grid, file);
  return plan;
}

std::string adni_subject(std::size_t number) { return padded(2 + number % 120, 3) + "_S_" + padded(21 + 13 * number, 4); }

struct AbideSite {
  const char* name;
  const char* id; // in the table
};
constexpr std::array<AbideSite, 3> kAbideSites{{{"CMU_a", "CMU"}, {"NYU", "NYU"}, {"Caltech", "CALTECH"}}};
constexpr std::array<const char*, 3> kAdhdSites{"KKI", "NYU", "Peking_1"};

} // namespace

StudyPlan plan_adni(const PlanRequest& request) {
  const bool impaired = request.number % 2 == 1;
  const std::string subject = adni_subject(request.number);
  const std::string image = "I" + std::to_string(13722 + 17 * request.number);
  const fs::path file = fs::path("ADNI") / subject / "MPRAGE/2015-11-03_15_30_05.0" / image /
                        ("ADNI_" + subject + "_MR_MPRAGE_br_raw_20151103153005_154_S" + std::to_string(299478 + request.number) +
                         "_" + image + ".nii");
  StudyPlan plan = t1_plan(subject + "_" + image, request, file);
  plan.class_value = impaired ? (request.number % 4 == 1 ? "MCI" : "LMCI") : "CN";
  RandomStream stream = plan_stream(request, "degree");
  plan.spec.atrophy = (impaired ? 0.65 : 0.2) + 0.15 * (2 * stream.uniform() - 1);
  return plan;
}

void write_adni_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  Rows rows{{"Image Data ID", "Subject", "Group", "Sex", "Age", "Visit", "Modality", "Description", "Type", "Acq Date", "Format",
             "Downloaded"}};
  for (const StudyPlan& plan : plans) {
    RandomStream stream({plan.spec.seed, plan.spec.number, text_key("table")});
    rows.push_back({plan.id.substr(plan.id.rfind('_') + 1), adni_subject(plan.spec.number), plan.class_value,
                    stream.below(2) == 0 ? "M" : "F", std::to_string(60 + stream.below(25)), "sc", "MRI", "MPRAGE", "Original",
                    "11/03/2015", "NiFTI", ""});
  }
  write_csv(root / "ADNI/ADNI_collection.csv", rows);
}

StudyPlan plan_adhd200(const PlanRequest& request) {
  const bool affected = request.number % 2 == 1;
  const std::string id = "sub-" + padded(10001 + 3 * request.number, 7);
  const fs::path file =
      fs::path("RawDataBIDS") / kAdhdSites[request.number % 3] / id / "ses-1/anat" / (id + "_ses-1_run-1_T1w.nii.gz");
  StudyPlan plan = t1_plan(id + "_ses-1", request, file);
  plan.class_value = affected ? std::to_string(1 + 2 * (request.number / 2 % 2)) : "0";
  plan.spec.brain_scale = affected ? 0.95 : 0.98;
  plan.spec.deep_grey_scale = affected ? 0.85 : 1;
  return plan;
}

void write_adhd200_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  for (std::size_t site = 0; site < kAdhdSites.size(); ++site) {
    Rows rows{{"ScanDir ID", "Site", "Gender", "Age", "Handedness", "DX", "Secondary Dx ", "ADHD Measure"}};
    for (const StudyPlan& plan : plans) {
      if (plan.spec.number % kAdhdSites.size() == site) {
        RandomStream stream({plan.spec.seed, plan.spec.number, text_key("table")});
        rows.push_back({std::to_string(10001 + 3 * plan.spec.number), std::to_string(site + 1), std::to_string(stream.below(2)),
                        std::to_string(8 + stream.below(12)), "1", plan.class_value, "", "-999"});
      }
    }
    write_csv(root / "RawDataBIDS" / kAdhdSites[site] / (std::string(kAdhdSites[site]) + "_phenotypic.csv"), rows);
  }
}

StudyPlan plan_abide1(const PlanRequest& request) {
  const bool autistic = request.number % 2 == 1;
  const std::string id = "sub-" + padded(50002 + request.number, 7);
  const fs::path file = fs::path("RawDataBIDS") / kAbideSites[request.number % 3].name / id / "anat" / (id + "_T1w.nii.gz");
  StudyPlan plan = t1_plan(id, request, file);
  plan.class_value = autistic ? "1" : "2";
  plan.spec.brain_scale = autistic ? 1.035 : 1;
  return plan;
}

void write_abide1_tables(std::span<const StudyPlan> plans, const fs::path& root) {
  Rows rows{{"SITE_ID", "SUB_ID", "DX_GROUP", "DSM_IV_TR", "AGE_AT_SCAN", "SEX"}};
  for (const StudyPlan& plan : plans) {
    RandomStream stream({plan.spec.seed, plan.spec.number, text_key("table")});
    rows.push_back({kAbideSites[plan.spec.number % 3].id, std::to_string(50002 + plan.spec.number), plan.class_value,
                    plan.class_value == "1" ? "1" : "-9999", std::to_string(8 + stream.below(30)),
                    std::to_string(1 + stream.below(2))});
  }
  write_csv(root / "Phenotypic_V1_0b.csv", rows);
}

} // namespace brainmvp::simulate
