// What stands for a modality that a study lacks: its learned template, at the place that the study has in the template grid.
#pragma once

#include <torch/types.h>

#include "image/volume.h"
#include "model/model.h"
#include "store/store.h"

namespace brainmvp::infer {

// One channel's template in a box of a study's prepared grid: [size...], from voxel `start` of the volume (negative: in the
// padding in front). `volume`: size of the study's prepared volume. Zeros outside the template grid, and everywhere when the
// channel has no template.
torch::Tensor template_part(const model::ModelDescription& description, std::size_t channel, const image::Size& volume,
                            const store::Start& start, const image::Size& size);

// The same as a classifier's input: what size_volume makes of the template at the place of a study's volume, but that the
// padding has the template too, as in crops of the training. -> [description.window...]
torch::Tensor sized_template(const model::ModelDescription& description, std::size_t channel, const image::Size& volume);

} // namespace brainmvp::infer
