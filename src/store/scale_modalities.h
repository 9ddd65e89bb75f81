// Intensities of the placed modalities of a study; a part of prepare_study.
#pragma once

#include <optional>
#include <vector>

#include "image/resample.h"
#include "store/prepare.h"

namespace brainmvp::store {

// Scales the percentiles of each of out.volumes to 0 and 1, with warnings for what that does not suit. `own_grids`: the grid that
// a modality was interpolated from, whose field of view alone counts; outside it is 0. Gives the margins of what is above 0 then.
std::vector<image::Size> scale_modalities(PreparedStudy& out, const std::vector<std::optional<image::Grid>>& own_grids,
                                          std::size_t threads);

} // namespace brainmvp::store
