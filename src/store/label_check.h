// Whether the label maps of a store can mean the same.
#pragma once

#include <filesystem>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::store {

// For label maps whose values nobody declared: warns of masks that share no value (1 in some, 255 in others), which `finetune`
// refuses. `studies` are prepared in `store`.
void warn_of_unrelated_labels(const std::vector<study::Study>& studies, const std::filesystem::path& store);

} // namespace brainmvp::store
