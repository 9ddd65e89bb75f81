// Whether prepared studies hold the same images.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "store/store.h"
#include "study/studies_file.h"

namespace brainmvp::store {

// Throws Error(kBadInput) that names both when studies of two splits have an image in common: results on it would be too good.
// Warns when patients of one split have. `studies` are prepared in `store`; images count as equal when their files are, or what
// was prepared of them. `base`: the folder of the studies file.
void check_twins(const std::vector<study::Study>& studies, const std::filesystem::path& store, const std::filesystem::path& base);

// The same for the studies that a training reads, which folds can have dealt out otherwise: throws where one of `training` and
// one of `validation` (positions in the store) have an image in common.
void check_twins(const Store& store, const std::vector<std::size_t>& training, const std::vector<std::size_t>& validation);

} // namespace brainmvp::store
