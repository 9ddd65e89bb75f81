// Outlines of labels in a slice; private to src/report.
#pragma once

#include <string>

#include "image/slice.h"

namespace brainmvp::report {

// The outline of the pixels of this value as an SVG path, corners cut: through the middles of the pixels' edges. "" for none.
std::string contour_path(const image::GreyImage& labels, int value);

} // namespace brainmvp::report
