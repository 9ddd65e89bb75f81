// Brings the modalities of a study to one grid, cropped to their foreground; a part of prepare_study.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "image/intensity.h"
#include "store/prepare.h"
#include "store/study_grids.h"

namespace brainmvp::store {

struct Placement {
  image::Box box;                                    // of the target grid, that all were cropped to
  std::vector<std::optional<image::Grid>> own_grids; // where a modality was interpolated from another grid than the reference's
};

// Adds volumes, names, distances and warnings of all usable modalities to `out`. Throws Error(kBadInput) when none is usable or
// none has a foreground.
Placement place_modalities(PreparedStudy& out, const StudyImages& study, const StudyGrids& grids, std::size_t threads);

// The box, or the refusal of a study without a foreground.
image::Box box_or_refuse(const std::optional<image::Box>& box, const std::vector<std::string>& modalities);

} // namespace brainmvp::store
