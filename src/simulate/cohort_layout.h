// The trees of data sets as their owners give them out: names of folders and files, grids, label values, tables of classes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulate/study_simulator.h"

namespace brainmvp::simulate {

// One study: what to simulate, and where its files go below the cohort's folder.
struct StudyPlan {
  std::string id = {};
  std::string class_value = {}; // as the data set's table has it
  StudySpec spec = {};
  bool fixed_field = false;                            // the data set's scanners all have the spec's field
  std::vector<std::filesystem::path> image_files = {}; // one an image of the spec
  std::vector<std::filesystem::path> label_files = {};

  void add_image(Modality modality, const TargetGrid& target, const std::filesystem::path& file);
  void add_label(LabelOf label_of, const TargetGrid& target, const std::filesystem::path& file);
};

struct PlanRequest {
  std::uint64_t seed = 0;
  std::size_t number = 0;                  // of the study, from 0
  std::size_t studies = 1;                 // in the cohort
  double voxel_mm = 1;                     // grids are not finer than this
  std::vector<Pathology> pathologies = {}; // instead of the layout's own
};

struct CohortLayout {
  std::string_view name;
  std::string_view reader; // layout of `index`
  std::string_view description;
  StudyPlan (*plan)(const PlanRequest& request);
  void (*write_tables)(std::span<const StudyPlan> plans, const std::filesystem::path& root); // null: the set has none
};

std::span<const CohortLayout> cohort_layouts();

// By its name, or the first that a reader of `index` reads. Throws Error(kUsage) with the nearest name.
const CohortLayout& cohort_layout(std::string_view name);

// Parts that the layouts share.

// A stream of the study's own for what its layout draws.
RandomStream plan_stream(const PlanRequest& request, std::string_view purpose);

// Digits with zeros in front.
std::string padded(std::size_t number, std::size_t digits);

// The grid of BraTS: LPS, 240 x 240 x 155 at 1 mm.
TargetGrid brats_grid(double voxel_mm);

// A grid about `centre_mm` of the person, its axes along `codes` such as "LPS"; coarser where `voxel_mm` asks for it.
TargetGrid scanner_grid(std::string_view codes, const image::Size& size, const Vector& spacing_mm, double voxel_mm,
                        const Vector& centre_mm = {0, 0, -4});

// The request's pathology, or one of `usual` in turn.
Pathology pathology_of(const PlanRequest& request, std::initializer_list<Pathology> usual);

// Tables as text files: rows of cells with commas between, cells with commas in quotes.
void write_csv(const std::filesystem::path& file, const std::vector<std::vector<std::string>>& rows);

// The layouts, in files of their own.
StudyPlan plan_brats2021(const PlanRequest& request);
StudyPlan plan_brats2023_ssa(const PlanRequest& request);
StudyPlan plan_brats2023_men(const PlanRequest& request);
StudyPlan plan_brats2023_ped(const PlanRequest& request);
StudyPlan plan_brats2023_met(const PlanRequest& request);
StudyPlan plan_brats2018(const PlanRequest& request);
void write_brats2018_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_ucsf(const PlanRequest& request);
void write_ucsf_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_upenn(const PlanRequest& request);
void write_upenn_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_ixi(const PlanRequest& request);
StudyPlan plan_isles(const PlanRequest& request);
StudyPlan plan_isles_rawdata(const PlanRequest& request);
StudyPlan plan_mrbrains(const PlanRequest& request);
StudyPlan plan_vs_gk(const PlanRequest& request);
StudyPlan plan_crossmoda(const PlanRequest& request);
StudyPlan plan_adni(const PlanRequest& request);
void write_adni_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_adhd200(const PlanRequest& request);
void write_adhd200_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_abide1(const PlanRequest& request);
void write_abide1_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_bids(const PlanRequest& request);
void write_bids_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_nnunet(const PlanRequest& request);
void write_nnunet_tables(std::span<const StudyPlan> plans, const std::filesystem::path& root);
StudyPlan plan_folders(const PlanRequest& request);

} // namespace brainmvp::simulate
