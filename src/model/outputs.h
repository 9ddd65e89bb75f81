// What each output of a segmentation model stands for.
#pragma once

#include <vector>

#include "model/model.h"

namespace brainmvp::model {

// Label values of each output, in order: those of each region, or of one label each, sorted, with the background first.
std::vector<std::vector<int>> output_values(const ModelDescription& description);

} // namespace brainmvp::model
