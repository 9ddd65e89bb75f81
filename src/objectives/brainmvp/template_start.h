// Where the templates of a new run start.
#pragma once

#include <torch/types.h>

#include "objectives/brainmvp/settings.h"

namespace brainmvp::objectives {

// A bank [8, Ht, Wt, Dt] with gradient, rows in the order of study::kMainModalities, of the settings' template size and start.
// kNoise draws uniform values from torch's default generator; kMean is mean_template over the training studies, and rows of
// modalities that no study has stay zero.
torch::Tensor make_templates(const BrainMvpSettings& settings, const ObjectiveSetup& setup);

} // namespace brainmvp::objectives
