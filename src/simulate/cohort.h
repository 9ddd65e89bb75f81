// Writes a cohort of simulated studies in the layout of a data set: the work of `brainmvp simulate`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "simulate/cohort_layout.h"

namespace brainmvp::simulate {

enum class Skull { kOfLayout, kKeep, kStrip };

struct CohortOptions {
  std::filesystem::path output = {}; // a folder; an earlier cohort of nothing but its own files is replaced
  std::size_t studies = 8;
  std::string layout = "bids";
  std::string anatomy = std::string(kShippedAnatomy); // or kDrawnAnatomy, or a folder of label maps
  std::vector<std::size_t> heads = {};                // of the anatomy's label maps, from 1; none: all
  std::vector<Pathology> pathologies = {};            // in turn, instead of the layout's own
  std::vector<Modality> modalities = {};              // of the layout's; none: all
  double voxel_mm = 1;                                // grids are not finer than this
  double missing_rate = 0;                            // share of images that are left out; one of a study always stays
  double share_3t = 0.7;                              // of the scanners, where the data set does not say
  Skull skull = Skull::kOfLayout;
  std::uint64_t seed = 0;
  std::size_t threads = 1;
};

struct CohortSummary {
  std::size_t studies = 0;
  std::size_t images = 0;
  std::size_t labels = 0;
  std::size_t left_out = 0; // images, by the missing rate
};

// All of the folder appears at once, or nothing. simulation.tsv in it says how each image was made. The bytes depend on the
// options but not on the threads. Shows progress. Throws Error: kUsage (layout, a modality that it does not have), kNothingFound
// and kBadInput (anatomy), kOutput, kOutOfResources, kInterrupted.
CohortSummary simulate_cohort(const CohortOptions& options);

// The plan of study `number` of such a cohort, the images that the missing rate leaves out taken away; `left_out` counts them.
// Throws Error(kUsage).
StudyPlan plan_study(const CohortOptions& options, std::size_t number, std::size_t& left_out);

// The heads that the options name. Throws as simulate_cohort().
Anatomy anatomy_of(const CohortOptions& options);

// Throws Error(kUsage) with the nearest name.
Pathology pathology_named(const std::string& name);
Modality modality_named(const std::string& name);

} // namespace brainmvp::simulate
