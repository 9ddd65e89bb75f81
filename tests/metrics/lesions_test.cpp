#include "metrics/lesions.h"

#include "example_masks.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

// Reference: lesions of 8, 8 and 1 voxels. Prediction: two pieces of the first, and two lesions elsewhere.
MaskPair three_lesions() {
  MaskPair masks = empty_masks({20, 20, 20});
  fill_box(masks.reference, masks.size, {0, 0, 0}, {8, 1, 1});
  fill_box(masks.reference, masks.size, {0, 5, 0}, {8, 6, 1});
  fill_box(masks.reference, masks.size, {15, 15, 15}, {16, 16, 16});
  fill_box(masks.prediction, masks.size, {0, 0, 0}, {2, 1, 1});
  fill_box(masks.prediction, masks.size, {4, 0, 0}, {8, 1, 1});
  fill_box(masks.prediction, masks.size, {10, 10, 10}, {14, 11, 11});
  fill_box(masks.prediction, masks.size, {0, 19, 19}, {1, 20, 20});
  return masks;
}

TEST(Lesions, AreCountedAsByHand) {
  const LesionMetrics metrics = compare_lesions(three_lesions());
  EXPECT_EQ(metrics.reference_lesions, 3U);
  EXPECT_EQ(metrics.predicted_lesions, 4U);
  EXPECT_EQ(metrics.found_lesions, 1U); // two pieces find one lesion
  EXPECT_EQ(metrics.false_lesions, 2U);
  EXPECT_DOUBLE_EQ(metrics.precision, 1.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.recall, 1.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.f1, 2.0 / 6);
}

TEST(Lesions, BelowTheLeastVolumeAreNotCountedOnEitherSide) {
  const LesionMetrics metrics = compare_lesions(three_lesions(), {.min_volume_mm3 = 3});
  EXPECT_EQ(metrics.reference_lesions, 2U);
  EXPECT_EQ(metrics.predicted_lesions, 2U);
  EXPECT_EQ(metrics.found_lesions, 1U);
  EXPECT_EQ(metrics.false_lesions, 1U);
}

TEST(Lesions, OfTheLeastVolumeCountWhateverTheSpacingIsRoundedTo) {
  MaskPair masks = three_lesions();
  masks.spacing_mm = {0.99999994, 1, 0.9999999};
  EXPECT_EQ(compare_lesions(masks, {.min_volume_mm3 = 8}).reference_lesions, 2U);
  EXPECT_EQ(compare_lesions(masks, {.min_volume_mm3 = 8.01}).reference_lesions, 0U);
}

TEST(Lesions, ThatAreTooSmallToCountStillMatch) {
  MaskPair masks = empty_masks({9, 9, 9});
  fill_box(masks.reference, masks.size, {4, 4, 4}, {5, 5, 5});
  fill_box(masks.prediction, masks.size, {3, 3, 3}, {6, 6, 6});
  const LesionMetrics metrics = compare_lesions(masks, {.min_volume_mm3 = 10});
  EXPECT_EQ(metrics.reference_lesions, 0U);
  EXPECT_EQ(metrics.false_lesions, 0U);
}

TEST(Lesions, MatchByIntersectionOverUnionWhenAsked) {
  // The piece of 4 voxels has 4 / 8 with the first lesion, the other 2 / 8.
  EXPECT_EQ(compare_lesions(three_lesions(), {.min_iou = 0.5}).found_lesions, 1U);
  EXPECT_EQ(compare_lesions(three_lesions(), {.min_iou = 0.5}).false_lesions, 3U);
  EXPECT_EQ(compare_lesions(three_lesions(), {.min_iou = 0.51}).found_lesions, 0U);
  EXPECT_EQ(compare_lesions(three_lesions(), {.min_iou = 0.51}).f1, 0);
}

TEST(Lesions, TouchAcrossCorners) {
  MaskPair masks = empty_masks({4, 4, 4});
  for (std::size_t i = 0; i < 4; ++i) {
    fill_box(masks.reference, masks.size, {i, i, i}, {i + 1, i + 1, i + 1});
  }
  EXPECT_EQ(compare_lesions(masks).reference_lesions, 1U);
}

TEST(Lesions, OfOneBlobOverTwoFindBoth) {
  MaskPair masks = empty_masks({9, 3, 3});
  fill_box(masks.reference, masks.size, {0, 1, 1}, {2, 2, 2});
  fill_box(masks.reference, masks.size, {6, 1, 1}, {9, 2, 2});
  fill_box(masks.prediction, masks.size, {0, 1, 1}, {9, 2, 2});
  const LesionMetrics metrics = compare_lesions(masks);
  EXPECT_EQ(metrics.found_lesions, 2U);
  EXPECT_EQ(metrics.predicted_lesions, 1U);
  EXPECT_EQ(metrics.f1, 1);
}

} // namespace
} // namespace brainmvp::metrics
