// The UNet with skips, added to what is upsampled, and deep supervision at 1/4 and 1/2.
#pragma once

#include <memory>

#include "nn/networks/segmentation.h"

namespace brainmvp::nn {

// Names: those of pre-training, after "encoder." and "decoder.", and ms_out.0 and 1.
std::shared_ptr<SegmentationNetwork> make_unet_segmentation(std::int64_t channels, std::int64_t outputs);

} // namespace brainmvp::nn
