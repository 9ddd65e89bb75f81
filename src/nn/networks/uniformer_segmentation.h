// UniFormer with a UNETR-like decoder (Hatamizadeh et al. 2022, arXiv 2103.10504): skips from every stage and the image.
#pragma once

#include <memory>

#include "nn/networks/segmentation.h"
#include "nn/networks/uniformer.h"

namespace brainmvp::nn {

std::shared_ptr<SegmentationNetwork> make_uniformer_segmentation(const UniFormerOptions& options, std::int64_t outputs);

} // namespace brainmvp::nn
