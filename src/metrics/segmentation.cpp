#include "metrics/segmentation.h"

#include <algorithm>
#include <cmath>

#include "metrics/statistics.h"
#include "metrics/surface.h"

namespace brainmvp::metrics {
namespace {

// Headers in single precision give spacings such as 1.0000001 mm; that must not decide about the tolerance.
constexpr double kToleranceSlackMm = 1e-5;

void add_volumes(SegmentationMetrics& metrics, std::size_t prediction_voxels, std::size_t reference_voxels,
                 const image::Vector& spacing_mm) {
  const double voxel_ml = spacing_mm[0] * spacing_mm[1] * spacing_mm[2] / 1000;
  metrics.prediction_ml = static_cast<double>(prediction_voxels) * voxel_ml;
  metrics.reference_ml = static_cast<double>(reference_voxels) * voxel_ml;
  metrics.signed_volume_difference_ml = metrics.prediction_ml - metrics.reference_ml;
  metrics.volume_difference_ml = std::abs(metrics.signed_volume_difference_ml);
  if (reference_voxels > 0) {
    metrics.relative_volume_difference = metrics.volume_difference_ml / metrics.reference_ml;
  } else {
    metrics.relative_volume_difference = prediction_voxels > 0 ? 1 : 0;
  }
}

void add_distances(SegmentationMetrics& metrics, const MaskPair& part, double tolerance_mm) {
  EdgeDistances edges = edge_distances(part);
  const auto within = [&](const std::vector<double>& distances_mm) {
    return std::ranges::count_if(distances_mm, [&](double mm) { return mm <= tolerance_mm + kToleranceSlackMm; });
  };
  metrics.surface_dice = static_cast<double>(within(edges.to_reference) + within(edges.to_prediction)) /
                         static_cast<double>(edges.to_reference.size() + edges.to_prediction.size());
  metrics.hd_mm = std::max(std::ranges::max(edges.to_reference), std::ranges::max(edges.to_prediction));
  metrics.hd95_mm = std::max(quantile(edges.to_reference, 0.95), quantile(edges.to_prediction, 0.95));
}

void set_worst(SegmentationMetrics& metrics, double diagonal) {
  metrics.dice = 0;
  metrics.surface_dice = 0;
  metrics.hd95_mm = diagonal;
  metrics.hd_mm = diagonal;
}

std::vector<SegmentationColumn>& column_table() {
  using M = SegmentationMetrics;
  static std::vector<SegmentationColumn> rows{
      {{"dice", "Dice", Better::kHigher, "twice the shared volume over the sum of both"}, [](const M& m) { return m.dice; }},
      {{"hd95_mm", "HD95 (mm)", Better::kLower, "larger of the two directed 95th percentiles of edge distances"},
       [](const M& m) { return m.hd95_mm; }},
      {{"hd_mm", "HD (mm)", Better::kLower, "larger of the two directed maxima of edge distances"},
       [](const M& m) { return m.hd_mm; }},
      {{"surface_dice", "Surface Dice", Better::kHigher, "share of edge voxels of both within the tolerance of the other's edge"},
       [](const M& m) { return m.surface_dice; }},
      {{"prediction_ml", "Predicted (ml)", Better::kNeither, "volume of the prediction"},
       [](const M& m) { return m.prediction_ml; }},
      {{"reference_ml", "Reference (ml)", Better::kNeither, "volume of the reference"},
       [](const M& m) { return m.reference_ml; }},
      {{"signed_volume_difference_ml", "Signed volume difference (ml)", Better::kNeither, "prediction - reference"},
       [](const M& m) { return m.signed_volume_difference_ml; }},
      {{"volume_difference_ml", "Volume difference (ml)", Better::kLower, "|prediction - reference|"},
       [](const M& m) { return m.volume_difference_ml; }},
      {{"relative_volume_difference", "Relative volume difference", Better::kLower,
        "volume difference over the volume of the reference"},
       [](const M& m) { return m.relative_volume_difference; }},
      {{"lesion_precision", "Lesion precision", Better::kHigher, "found lesions over found and false ones"},
       [](const M& m) { return m.lesions.precision; }},
      {{"lesion_recall", "Lesion recall", Better::kHigher, "found lesions over those of the reference"},
       [](const M& m) { return m.lesions.recall; }},
      {{"lesion_f1", "Lesion F1", Better::kHigher, "2 found over 2 found, missed and false lesions"},
       [](const M& m) { return m.lesions.f1; }},
  };
  return rows;
}

} // namespace

SegmentationMetrics compare_masks(const MaskPair& masks, const SegmentationOptions& options) {
  check_masks(masks);
  std::size_t prediction = 0;
  std::size_t reference = 0;
  std::size_t shared = 0;
  for (std::size_t at = 0; at < masks.prediction.size(); ++at) {
    prediction += masks.prediction[at] != 0 ? 1 : 0;
    reference += masks.reference[at] != 0 ? 1 : 0;
    shared += masks.prediction[at] != 0 && masks.reference[at] != 0 ? 1 : 0;
  }
  SegmentationMetrics metrics;
  add_volumes(metrics, prediction, reference, masks.spacing_mm);
  if (prediction + reference == 0) {
    return metrics;
  }
  const MaskPair part = crop_to_union(masks);
  metrics.lesions = compare_lesions(part, options.lesions);
  if (prediction == 0 || reference == 0) {
    set_worst(metrics, diagonal_mm(masks.size, masks.spacing_mm));
    return metrics;
  }
  metrics.dice = 2 * static_cast<double>(shared) / static_cast<double>(prediction + reference);
  add_distances(metrics, part, options.tolerance_mm);
  return metrics;
}

SegmentationMetrics missing_prediction(const MaskPair& masks, const SegmentationOptions& options) {
  MaskPair empty = masks;
  std::ranges::fill(empty.prediction, std::uint8_t{0});
  SegmentationMetrics metrics = compare_masks(empty, options);
  set_worst(metrics, diagonal_mm(masks.size, masks.spacing_mm));
  metrics.relative_volume_difference = 1;
  metrics.lesions.precision = 0;
  metrics.lesions.recall = 0;
  metrics.lesions.f1 = 0;
  return metrics;
}

std::span<const SegmentationColumn> segmentation_columns() { return column_table(); }

void add_segmentation_column(const SegmentationColumn& column) { column_table().push_back(column); }

} // namespace brainmvp::metrics
