// From probabilities to labels.
#include "infer/native.h"

#include <cmath>

#include "example_model.h"
#include "infer/sizing.h"
#include "support/support.h"

namespace brainmvp::infer {
namespace {

image::Volume line_of(const std::vector<float>& values) { return {.size = {values.size(), 1, 1}, .affine = {}, .data = values}; }

// The labels of volumes on one grid, whose planes come `at_once` at a time.
std::vector<int> native_labels(const std::vector<image::Volume>& probabilities, const image::Grid& native,
                               const Painting& painting, std::size_t at_once = 2) {
  NativeOutputs outputs({.prepared = image::grid_of(probabilities.front()),
                         .native = native,
                         .outputs = probabilities.size(),
                         .painting = painting,
                         .threads = 2});
  std::vector<torch::Tensor> views;
  for (image::Volume volume : probabilities) {
    views.push_back(view_of(volume).clone());
  }
  for (const torch::Tensor& planes : torch::stack(views).split(static_cast<std::int64_t>(at_once), 1)) {
    outputs.take(planes);
  }
  return {outputs.labels().data.begin(), outputs.labels().data.end()};
}

model::ModelDescription with_regions(const std::vector<std::pair<std::string, std::vector<int>>>& regions) {
  model::ModelDescription model = test::example_description();
  model.table.regions = regions;
  return model;
}

TEST(Painting, NestedRegionsComeOutAsTheyWereLabelled) {
  const Painting brats = painting_of(with_regions({{"ET", {4}}, {"TC", {1, 4}}, {"WT", {1, 2, 4}}}));
  EXPECT_EQ(brats.values, (std::vector<int>{4, 1, 2}));
  EXPECT_EQ(brats.order, (std::vector<std::size_t>{2, 1, 0}));
  // In none of them, in the whole alone, down to the core, down to the enhancing part; and a core outside of the whole.
  const std::vector<image::Volume> probabilities{line_of({0.1F, 0.2F, 0.3F, 0.9F, 0}), line_of({0.5F, 0.2F, 0.8F, 0.8F, 0.8F}),
                                                 line_of({0.5F, 0.6F, 0.9F, 0.6F, 0.1F})};
  EXPECT_EQ(native_labels(probabilities, {.size = {5, 1, 1}, .affine = {}}, brats), (std::vector<int>{0, 2, 1, 4, 1}));
}

TEST(Painting, FollowsTheOrderThatIsDeclared) {
  model::ModelDescription model = with_regions({{"whole", {1, 2, 3}}, {"enhancing", {3}}, {"core", {1, 3}}});
  model.table.region_order = {2, 3, 1};
  const Painting painting = painting_of(model);
  EXPECT_EQ(painting.values, (std::vector<int>{2, 3, 1}));
  EXPECT_EQ(painting.order, (std::vector<std::size_t>{0, 1, 2}));
  const std::vector<image::Volume> all{line_of({0.9F, 0.9F}), line_of({0.9F, 0.9F}), line_of({0.1F, 0.9F})};
  EXPECT_EQ(native_labels(all, {.size = {2, 1, 1}, .affine = {}}, painting), (std::vector<int>{3, 1}));
}

TEST(Painting, ARegionThatItsPartsFillTakesItsFirstValue) {
  EXPECT_EQ(painting_of(with_regions({{"all", {1, 2}}, {"a", {1}}, {"b", {2}}})).values, (std::vector<int>{1, 1, 2}));
  EXPECT_EQ(painting_of(with_regions({{"grey", {1, 2}}, {"white", {3, 4}}})).values, (std::vector<int>{1, 3}));
}

TEST(Painting, ExclusiveLabelsGoToTheLargestAndTiesToTheLower) {
  const Painting painting = painting_of(with_regions({})); // labels 0, 1, 2, 4
  EXPECT_EQ(painting.values, (std::vector<int>{0, 1, 2, 4}));
  const std::vector<image::Volume> probabilities{line_of({0.4F, 0.25F, 0.1F}), line_of({0.4F, 0.25F, 0.2F}),
                                                 line_of({0.1F, 0.25F, 0.3F}), line_of({0.1F, 0.25F, 0.4F})};
  EXPECT_EQ(native_labels(probabilities, {.size = {3, 1, 1}, .affine = {}}, painting), (std::vector<int>{0, 0, 4}));
}

TEST(Native, InterpolatesBeforeItDecidesAndLeavesTheOutsideEmpty) {
  const Painting painting = painting_of(with_regions({{"one", {1}}}));
  image::Grid fine{.size = {12, 1, 1}, .affine = {}};
  fine.affine.matrix[0][0] = 0.5;
  fine.affine.translation[0] = -1.5; // -1.5, -1, -0.5, 0, 0.5, 1, ...
  const std::vector<image::Volume> probabilities{line_of({1, 0.8F, 0.1F})};
  // Between 0.8 and 0.1 lies 0.45; half a voxel beyond the last one nothing is known.
  EXPECT_EQ(native_labels(probabilities, fine, painting), (std::vector<int>{0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
}

// On a grid that is turned, flipped and finer, each voxel is decided once, from the planes on both of its sides.
TEST(Native, HowManyPlanesComeAtOnceMakesNoDifference) {
  const image::Volume probability{.size = {21, 17, 19}, .affine = {}, .data = test::fill("planes", 21 * 17 * 19)};
  const Painting painting = painting_of(with_regions({{"one", {1}}}));
  const double c = std::cos(0.4), s = std::sin(0.4);
  image::Grid turned{.size = {31, 40, 29}, .affine = {}};
  turned.affine.matrix = {{{-0.7 * c, 0.6 * s, 0}, {0, 0, 0.9}, {0.7 * s, 0.6 * c, 0}}};
  turned.affine.translation = {17, -3, -8};
  for (const image::Grid& grid : {image::grid_of(probability), turned}) {
    const image::Volume whole = image::resample_linear(probability, grid, image::Outside::kZero);
    for (const std::size_t at_once : {1, 5, 21}) {
      const std::vector<int> labels = native_labels({probability}, grid, painting, at_once);
      std::size_t marked = 0;
      for (std::size_t i = 0; i < labels.size(); ++i) {
        marked += static_cast<std::size_t>(labels[i]);
        if (std::abs(whole.data[i] - 0.5F) > 1e-5F) {
          ASSERT_EQ(labels[i], whole.data[i] > 0.5F ? 1 : 0) << i << ", " << at_once;
        }
      }
      EXPECT_GT(marked, 1000U);
    }
  }
}

} // namespace
} // namespace brainmvp::infer
