// Which values a label map has.
#pragma once

#include <vector>

#include "image/volume.h"

namespace brainmvp::image {

// The different values of a label map, ascending.
std::vector<int> values_of(const LabelVolume& volume);

} // namespace brainmvp::image
