#include "nn/segmentation.h"

#include "nn/backbones.h"
#include "nn/size_check.h"
#include "nn/unet_segmentation.h"
#include "nn/uniformer_segmentation.h"

namespace brainmvp::nn {

std::shared_ptr<SegmentationNetwork> make_segmentation_network(const std::string& name, std::int64_t channels,
                                                               std::int64_t outputs) {
  check_widths(channels, outputs);
  const std::optional<UniFormerOptions> uniformer = uniformer_options(name, channels);
  return uniformer ? make_uniformer_segmentation(*uniformer, outputs) : make_unet_segmentation(channels, outputs);
}

} // namespace brainmvp::nn
