// Lesion-wise detection: connected components of the prediction against those of the reference.
#pragma once

#include <cstddef>

#include "metrics/masks.h"

namespace brainmvp::metrics {

struct LesionOptions {
  double min_iou = 0;        // a pair of lesions matches when it shares a voxel and its intersection over union is at least this
  double min_volume_mm3 = 0; // smaller lesions are not counted, on either side; they still match
};

// A lesion is a 26-connected component. A reference lesion is found when it matches any predicted lesion; a predicted lesion
// is false when it matches no reference lesion. precision = found / (found + false), recall = found / reference lesions,
// F1 = 2 found / (found + false + reference lesions): one lesion predicted in pieces counts once. Without counted lesions on
// both sides the three are 1; without any found they are 0.
struct LesionMetrics {
  std::size_t reference_lesions = 0;
  std::size_t predicted_lesions = 0;
  std::size_t found_lesions = 0;
  std::size_t false_lesions = 0;
  double precision = 1;
  double recall = 1;
  double f1 = 1;
};

LesionMetrics compare_lesions(const MaskPair& masks, const LesionOptions& options = {});

} // namespace brainmvp::metrics
