// Training, validation and test lists that never split a patient.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "study/folds.h"
#include "study/studies_file.h"

namespace brainmvp::study {

// Percent of the patients for training, validation and test.
using Shares = std::array<int, 3>;

// "80/10/10". Throws Error(kUsage) unless they are three whole numbers above 0 that add up to 100.
Shares parse_shares(const std::string& text);

// A list for each entry. All entries of a patient share one. Each list gets its share of the patients, to the nearest whole
// number and at least one, and nearly its share of each stratum. The result depends on the set of entries and the seed, not on
// their order. Throws Error(kUsage) for fewer than three patients.
std::vector<Split> assign_splits(std::span<const FoldEntry> entries, const Shares& shares, std::uint64_t seed);

} // namespace brainmvp::study
