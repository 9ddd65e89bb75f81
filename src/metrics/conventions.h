// What the figures mean, for the outputs that carry them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "metrics/classification.h"
#include "metrics/segmentation.h"
#include "metrics/statistics.h"

namespace brainmvp::metrics {

// (short name, sentence) in the order in which they should be read.
using Conventions = std::vector<std::pair<std::string, std::string>>;

Conventions segmentation_conventions(const SegmentationOptions& options, const BootstrapOptions& bootstrap);
Conventions classification_conventions(const std::vector<std::string>& classes, const ClassificationOptions& options,
                                       const BootstrapOptions& bootstrap);
Conventions regression_conventions(const BootstrapOptions& bootstrap);

// A heading, and a line each.
std::string conventions_text(const Conventions& conventions);

} // namespace brainmvp::metrics
