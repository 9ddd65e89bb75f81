#include "nn/networks/segmentation.h"

#include "nn/layers/size_check.h"
#include "nn/networks/backbones.h"

namespace brainmvp::nn {

std::shared_ptr<SegmentationNetwork> make_segmentation_network(const std::string& name, std::int64_t channels,
                                                               std::int64_t outputs) {
  check_widths(channels, outputs);
  return backbone(name).segmentation(channels, outputs);
}

} // namespace brainmvp::nn
