#include "metrics/segmentation.h"

#include <cmath>
#include <string>

#include "base/error.h"
#include "example_masks.h"
#include "metrics/surface.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

using Json = nlohmann::json;

// Golden masks are in C order [i, j, k]: k runs fastest there.
template <class Inside>
std::vector<std::uint8_t> mask_of(const image::Size& size, const Inside& inside) {
  std::vector<std::uint8_t> mask(size[0] * size[1] * size[2]);
  for (std::size_t i = 0; i < size[0]; ++i) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t k = 0; k < size[2]; ++k) {
        mask[i + size[0] * (j + size[1] * k)] = inside(i, j, k) ? 1 : 0;
      }
    }
  }
  return mask;
}

// An entry is a ball {"c", "r"} or a text `fill("NAME") > THRESHOLD`.
std::vector<std::uint8_t> golden_mask(const Json& entry, const image::Size& size) {
  if (entry.is_object()) {
    return mask_of(size, [&](std::size_t i, std::size_t j, std::size_t k) {
      const std::array<std::size_t, 3> index{i, j, k};
      double sum = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double x = (static_cast<double>(index[axis]) - entry["c"][axis].get<double>()) / entry["r"][axis].get<double>();
        sum += x * x;
      }
      return sum <= 1;
    });
  }
  const auto text = entry.get<std::string>();
  const std::size_t quote = text.find('"');
  const std::size_t end = text.find('"', quote + 1);
  const float threshold = std::stof(text.substr(text.find('>') + 1));
  const std::vector<float> values = test::fill(text.substr(quote + 1, end - quote - 1), size[0] * size[1] * size[2]);
  return mask_of(
      size, [&](std::size_t i, std::size_t j, std::size_t k) { return values[(i * size[1] + j) * size[2] + k] > threshold; });
}

MaskPair golden_masks(const Json& entry) {
  const auto size = entry["shape"].get<image::Size>();
  return {.size = size,
          .spacing_mm = entry["spacing_mm"].get<image::Vector>(),
          .prediction = golden_mask(entry["prediction"], size),
          .reference = golden_mask(entry["reference"], size)};
}

TEST(SegmentationMetrics, AreTheGoldenValues) {
  const Json file = test::golden_json("segmentation_metrics.json");
  ASSERT_EQ(file["cases"].size(), 8U);
  for (const Json& entry : file["cases"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    const MaskPair masks = golden_masks(entry);
    ASSERT_EQ(std::ranges::count(masks.prediction, 1), entry["voxels"][0].get<int>());
    ASSERT_EQ(std::ranges::count(masks.reference, 1), entry["voxels"][1].get<int>());
    const SegmentationMetrics metrics = compare_masks(masks);
    EXPECT_NEAR(metrics.dice, entry["dice"].get<double>(), 1e-6);
    EXPECT_NEAR(metrics.hd95_mm, entry["hd95_mm"].get<double>(), 1e-3);
    EXPECT_NEAR(metrics.hd_mm, entry["hd_mm"].get<double>(), 1e-3);
    EXPECT_NEAR(metrics.surface_dice, entry["surface_dice_1mm"].get<double>(), 1e-6);
  }
}

// Every pair of edge voxels, as an oracle for the distance maps.
double nearest_mm(const MaskPair& masks, std::size_t from, const std::vector<std::uint8_t>& edges) {
  double nearest = INFINITY;
  for (std::size_t to = 0; to < edges.size(); ++to) {
    if (edges[to] != 0) {
      const auto part = [&](std::size_t divisor, std::size_t count, std::size_t axis) {
        const auto a = static_cast<double>(from / divisor % count);
        return (a - static_cast<double>(to / divisor % count)) * masks.spacing_mm[axis];
      };
      const auto& size = masks.size;
      nearest =
          std::min(nearest, std::hypot(part(1, size[0], 0), part(size[0], size[1], 1), part(size[0] * size[1], size[2], 2)));
    }
  }
  return nearest;
}

TEST(EdgeDistances, AreThoseOfAllPairsOnAWideAnisotropicGrid) {
  // Scattered voxels are all edges, so the masks themselves are the edge sets.
  MaskPair masks = empty_masks({90, 3, 70}, {0.7, 5, 1.3});
  const std::vector<float> draws = test::fill("edges", masks.prediction.size());
  for (std::size_t at = 0; at < draws.size(); ++at) {
    masks.prediction[at] = draws[at] > 0.99F ? 1 : 0;
    masks.reference[at] = draws[at] < -0.995F ? 1 : 0;
  }
  const EdgeDistances distances = edge_distances(masks);
  ASSERT_EQ(distances.to_reference.size(), static_cast<std::size_t>(std::ranges::count(masks.prediction, 1)));
  std::size_t edge = 0;
  for (std::size_t at = 0; at < draws.size(); ++at) {
    if (masks.prediction[at] != 0) {
      EXPECT_NEAR(distances.to_reference[edge++], nearest_mm(masks, at, masks.reference), 1e-9);
    }
  }
}

TEST(SegmentationMetrics, OfTwoBoxesAreThoseCountedByHand) {
  // 4 x 1 x 1 voxels of 2 x 3 x 5 mm, shifted by one along i: 3 of 4 voxels shared.
  MaskPair masks = empty_masks({10, 5, 5}, {2, 3, 5});
  fill_box(masks.prediction, masks.size, {2, 2, 2}, {6, 3, 3});
  fill_box(masks.reference, masks.size, {3, 2, 2}, {7, 3, 3});
  const SegmentationMetrics metrics = compare_masks(masks);
  EXPECT_DOUBLE_EQ(metrics.dice, 0.75);
  EXPECT_DOUBLE_EQ(metrics.hd_mm, 2);
  EXPECT_DOUBLE_EQ(metrics.hd95_mm, 1.7); // distances 0, 0, 0, 2: rank 2.85
  EXPECT_DOUBLE_EQ(metrics.surface_dice, 0.75);
  EXPECT_DOUBLE_EQ(compare_masks(masks, {.tolerance_mm = 2}).surface_dice, 1);
  EXPECT_DOUBLE_EQ(metrics.prediction_ml, 0.12);
  EXPECT_DOUBLE_EQ(metrics.volume_difference_ml, 0);
}

TEST(SegmentationMetrics, OfVolumesUseTheSpacing) {
  MaskPair masks = empty_masks({10, 10, 10}, {1, 2, 5});
  fill_box(masks.prediction, masks.size, {0, 0, 0}, {5, 5, 5});
  fill_box(masks.reference, masks.size, {0, 0, 0}, {10, 10, 10});
  const SegmentationMetrics metrics = compare_masks(masks);
  EXPECT_DOUBLE_EQ(metrics.prediction_ml, 1.25);
  EXPECT_DOUBLE_EQ(metrics.reference_ml, 10);
  EXPECT_DOUBLE_EQ(metrics.volume_difference_ml, 8.75);
  EXPECT_DOUBLE_EQ(metrics.signed_volume_difference_ml, -8.75);
  EXPECT_DOUBLE_EQ(metrics.relative_volume_difference, 0.875);
}

TEST(SegmentationMetrics, OfEmptyMasksFollowTheConventions) {
  MaskPair masks = empty_masks({3, 4, 12});
  const SegmentationMetrics both = compare_masks(masks);
  EXPECT_EQ(both.dice, 1);
  EXPECT_EQ(both.hd95_mm, 0);
  EXPECT_EQ(both.surface_dice, 1);
  EXPECT_EQ(both.relative_volume_difference, 0);
  EXPECT_EQ(both.lesions.f1, 1);
  for (const bool predicted : {true, false}) {
    MaskPair one = masks;
    fill_box(predicted ? one.prediction : one.reference, one.size, {1, 1, 1}, {2, 2, 2});
    const SegmentationMetrics metrics = compare_masks(one);
    EXPECT_EQ(metrics.dice, 0);
    EXPECT_DOUBLE_EQ(metrics.hd95_mm, 13);
    EXPECT_DOUBLE_EQ(metrics.hd_mm, 13);
    EXPECT_EQ(metrics.surface_dice, 0);
    EXPECT_EQ(metrics.relative_volume_difference, 1);
    EXPECT_EQ(metrics.lesions.f1, 0);
  }
}

TEST(SegmentationMetrics, OfAMissingPredictionAreTheWorstEvenForAnEmptyReference) {
  const SegmentationMetrics metrics = missing_prediction(empty_masks({3, 4, 12}));
  EXPECT_EQ(metrics.dice, 0);
  EXPECT_DOUBLE_EQ(metrics.hd95_mm, 13);
  EXPECT_EQ(metrics.lesions.f1, 0);
  EXPECT_EQ(metrics.relative_volume_difference, 1);
}

TEST(SegmentationMetrics, AreSymmetricInTheTwoMasks) {
  MaskPair masks = golden_masks(test::golden_json("segmentation_metrics.json")["cases"][1]);
  const SegmentationMetrics forward = compare_masks(masks);
  std::swap(masks.prediction, masks.reference);
  const SegmentationMetrics backward = compare_masks(masks);
  EXPECT_EQ(forward.dice, backward.dice);
  EXPECT_EQ(forward.hd95_mm, backward.hd95_mm);
  EXPECT_EQ(forward.hd_mm, backward.hd_mm);
  EXPECT_EQ(forward.surface_dice, backward.surface_dice);
  EXPECT_EQ(forward.prediction_ml, backward.reference_ml);
}

TEST(SegmentationMetrics, DoNotChangeWithATranslation) {
  const image::Size size{24, 20, 22};
  const auto at = [&](std::size_t shift) {
    MaskPair masks = empty_masks(size, {1, 1.5, 2});
    fill_box(masks.prediction, size, {shift, shift, shift}, {shift + 6, shift + 7, shift + 5});
    fill_box(masks.reference, size, {shift + 1, shift + 3, shift}, {shift + 9, shift + 8, shift + 8});
    return compare_masks(masks);
  };
  for (const std::size_t shift : {std::size_t{5}, std::size_t{11}}) {
    for (const SegmentationColumn& column : segmentation_columns()) {
      EXPECT_EQ(column.value(at(0)), column.value(at(shift))) << column.name << " shifted by " << shift;
    }
  }
}

TEST(SegmentationMetrics, ScaleWithTheSpacing) {
  MaskPair masks = golden_masks(test::golden_json("segmentation_metrics.json")["cases"][1]);
  const SegmentationMetrics before = compare_masks(masks);
  for (double& mm : masks.spacing_mm) {
    mm *= 2;
  }
  const SegmentationMetrics after = compare_masks(masks, {.tolerance_mm = 2});
  EXPECT_EQ(after.dice, before.dice);
  EXPECT_NEAR(after.hd95_mm, 2 * before.hd95_mm, 1e-9);
  EXPECT_NEAR(after.hd_mm, 2 * before.hd_mm, 1e-9);
  EXPECT_EQ(after.surface_dice, before.surface_dice);
  EXPECT_NEAR(after.prediction_ml, 8 * before.prediction_ml, 1e-9);
}

TEST(SegmentationMetrics, OfMasksThatFillOneSliceAreZeroDistance) {
  MaskPair masks = empty_masks({6, 7, 1});
  fill_box(masks.prediction, masks.size, {0, 0, 0}, {6, 7, 1});
  fill_box(masks.reference, masks.size, {0, 0, 0}, {6, 7, 1});
  EXPECT_EQ(compare_masks(masks).hd_mm, 0);
  EXPECT_EQ(compare_masks(masks).surface_dice, 1);
}

TEST(SegmentationMetrics, RefuseMasksThatDoNotFitTheGrid) {
  MaskPair masks = empty_masks({3, 3, 3});
  masks.reference.pop_back();
  EXPECT_THROW(compare_masks(masks), Error);
  masks = empty_masks({3, 3, 3}, {1, 0, 1});
  EXPECT_THROW(compare_masks(masks), Error);
}

} // namespace
} // namespace brainmvp::metrics
