#include "nn/networks/segmentation.h"

#include "nn/layers/size_check.h"
#include "nn/networks/generic_networks.h"

namespace brainmvp::nn {

std::shared_ptr<SegmentationNetwork> make_segmentation_network(const std::string& name, std::int64_t channels,
                                                               std::int64_t outputs) {
  check_widths(channels, outputs);
  const Backbone& row = backbone(name);
  return row.segmentation ? row.segmentation(channels, outputs) : make_generic_segmentation(row, channels, outputs);
}

} // namespace brainmvp::nn
