// Where the templates of a new run start.
#pragma once

#include <torch/types.h>

#include <vector>

#include "objectives/objective.h"

namespace brainmvp::objectives {

// From zeros, AdamW's second moment holds most voxels nearly still for thousands of steps.
enum class TemplateInit { kZero, kNoise, kMean };

// As settings of an objective: template_init and template_size.
std::vector<settings::Setting> template_settings(TemplateInit& init, image::Size& size);

// A bank [8, Ht, Wt, Dt] with gradient, rows in the order of study::kMainModalities, of that size.
// kNoise draws uniform values from torch's default generator; kMean is mean_template over the training studies, and rows of
// modalities that no study has stay zero.
torch::Tensor make_templates(TemplateInit init, const image::Size& size, const ObjectiveSetup& setup);

} // namespace brainmvp::objectives
