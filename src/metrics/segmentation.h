// Metrics of one segmented region of one case.
//
//   const SegmentationMetrics metrics = compare_masks(masks, {.tolerance_mm = 2});
//
// Both masks empty: Dice 1, distances 0, surface Dice 1, lesion scores 1. One empty: Dice 0, distances the diagonal of the
// image, surface Dice 0, lesion scores 0. No value is ever NaN.
#pragma once

#include <span>

#include "metrics/lesions.h"
#include "metrics/masks.h"
#include "metrics/metric.h"

namespace brainmvp::metrics {

struct SegmentationOptions {
  double tolerance_mm = 1; // of the surface Dice
  LesionOptions lesions{};
};

struct SegmentationMetrics {
  double dice = 1;
  double hd95_mm = 0;      // larger of the two directed 95th percentiles of edge distances, linear between ranks
  double hd_mm = 0;        // the same with the maximum
  double surface_dice = 1; // share of edge voxels of both that lie within the tolerance of the other's edge
  double prediction_ml = 0;
  double reference_ml = 0;
  double signed_volume_difference_ml = 0; // prediction - reference
  double volume_difference_ml = 0;        // its size
  double relative_volume_difference = 0;  // that over the reference; an empty reference gives 1, or 0 when both are empty
  LesionMetrics lesions;
};

SegmentationMetrics compare_masks(const MaskPair& masks, const SegmentationOptions& options = {});

// The values of a case for which there is no prediction: the worst of every metric, also where the reference is empty.
SegmentationMetrics missing_prediction(const MaskPair& masks, const SegmentationOptions& options = {});

// A value of SegmentationMetrics by the name it has in outputs.
struct SegmentationColumn : Metric {
  double (*value)(const SegmentationMetrics&);
};
std::span<const SegmentationColumn> segmentation_columns();

// Adds a column of another library, made of the values above.
void add_segmentation_column(const SegmentationColumn& column);

} // namespace brainmvp::metrics
