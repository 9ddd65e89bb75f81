// Cross-validation folds that never split a patient.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace brainmvp::study {

struct FoldEntry {
  std::string patient;
  std::string stratum = {}; // class; each fold gets the same share of each
};

// A fold from 0 to folds - 1 for each entry. All entries of a patient share one. Folds differ by at most the entries of one
// patient, in all and (where a patient has one stratum) in each stratum. The result depends on the set of entries and the
// seed, not on their order. Throws Error(kUsage): fewer than 2 folds, or fewer patients than folds.
std::vector<int> assign_folds(std::span<const FoldEntry> entries, int folds, std::uint64_t seed);

} // namespace brainmvp::study
