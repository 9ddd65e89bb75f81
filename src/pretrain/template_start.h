// Where the templates of a new run start.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <vector>

#include "pretrain/recipes.h"
#include "store/store.h"

namespace brainmvp::pretrain {

// A bank [8, Ht, Wt, Dt] with gradient, rows in the order of study::kTemplateModalities, of the recipe's template size and
// start. kNoise draws uniform values from torch's default generator; kMean is store::mean_template over `positions`, and rows
// of modalities that no study has stay zero.
torch::Tensor make_templates(const Recipe& recipe, const store::Store& store, const std::vector<std::size_t>& positions,
                             std::size_t threads);

} // namespace brainmvp::pretrain
