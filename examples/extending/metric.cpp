// The Jaccard index.
#include "metrics/segmentation.h"

namespace example {
using namespace brainmvp::metrics;

void add_jaccard() {
  add_segmentation_column({{"jaccard", "Jaccard", Better::kHigher, "shared volume over the volume of both together"},
                           [](const SegmentationMetrics& metrics) { return metrics.dice / (2 - metrics.dice); }});
}

} // namespace example
