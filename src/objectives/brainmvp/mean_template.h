// Where templates can start: the mean of the prepared studies.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "image/volume.h"
#include "store/store.h"

namespace brainmvp::objectives {

struct MeanTemplate {
  std::vector<float> values; // [i][j][k] of the template grid, k fastest; 0 where no study reaches
  std::size_t studies = 0;   // that have the modality
};

// Mean of one modality over the studies at `positions` that have it, each centred in the template grid as its crops are
// (store/crop_placement.h). The same for any number of threads.
MeanTemplate mean_template(const store::Store& store, std::span<const std::size_t> positions, const std::string& modality,
                           const image::Size& crop, const image::Size& template_size, store::Intensities intensities,
                           std::size_t threads = 1);

} // namespace brainmvp::objectives
