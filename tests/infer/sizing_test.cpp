// The sizes of classifiers' inputs, and the templates that fill what is missing.
#include "infer/sizing.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include "example_model.h"
#include "infer/filling.h"
#include "support/support.h"

namespace brainmvp::infer {
namespace {

TEST(Sizing, PadsWithTheSmallerHalfInFrontAndCutsAboutTheCentre) {
  const torch::Tensor volume = at::arange(1, 5 * 4 * 3 + 1, at::kFloat).reshape({1, 5, 4, 3});
  const torch::Tensor sized = size_volume(volume, {8, 4, 2}, model::Sizing::kPad);
  ASSERT_EQ(sized.sizes(), (std::vector<std::int64_t>{1, 8, 4, 2}));
  EXPECT_TRUE(sized.narrow(1, 1, 5).equal(volume.narrow(3, 0, 2)));
  EXPECT_EQ(sized.narrow(1, 0, 1).abs().sum().item<float>(), 0);
  EXPECT_EQ(sized.narrow(1, 6, 2).abs().sum().item<float>(), 0);
}

TEST(Sizing, ResizingKeepsAConstantAndTheMiddle) {
  EXPECT_TRUE(size_volume(at::ones({2, 5, 7, 9}), {8, 8, 8}, model::Sizing::kResize).allclose(at::ones({2, 8, 8, 8})));
  const torch::Tensor line = at::arange(4, at::kFloat).reshape({1, 4, 1, 1});
  EXPECT_TRUE(size_volume(line, {2, 1, 1}, model::Sizing::kResize).flatten().equal(at::tensor({0.5F, 2.5F})));
}

TEST(Sizing, AViewHasTheVolumesOrder) {
  image::Volume volume{.size = {2, 3, 4}, .affine = {}, .data = std::vector<float>(24)};
  volume.data[volume.index(1, 2, 3)] = 5;
  EXPECT_EQ(view_of(volume)[1][2][3].item<float>(), 5);
}

TEST(Filling, TakesTheTemplateWhereTheStudyLies) {
  const model::ModelDescription model = test::example_description(); // templates 20 x 24 x 40, window 16 x 16 x 32
  // Volume 18 x 10 x 44: the first axis is centred by 1; the second is padded to 16 and that by 4, so that its voxel 0 is at
  // 4 + 3; the third sticks out by 2.
  const torch::Tensor part = template_part(model, 1, {18, 10, 44}, {0, 0, 0}, {18, 10, 44});
  EXPECT_TRUE(part.narrow(2, 2, 40).equal(model.templates[1].narrow(0, 1, 18).narrow(1, 7, 10)));
  EXPECT_EQ(part.narrow(2, 0, 2).abs().sum().item<float>(), 0);
  EXPECT_EQ(part.narrow(2, 42, 2).abs().sum().item<float>(), 0);
  const torch::Tensor padding = template_part(model, 0, {18, 10, 44}, {0, -3, 10}, {4, 16, 4});
  EXPECT_TRUE(padding.equal(model.templates[0].narrow(0, 1, 4).narrow(1, 4, 16).narrow(2, 8, 4)));
  EXPECT_EQ(template_part(model, 2, {18, 10, 44}, {0, 0, 0}, {18, 10, 44}).abs().sum().item<float>(), 0);
}

TEST(Filling, OfAClassifierGoesIntoThePadding) {
  model::ModelDescription model = test::example_description();
  const torch::Tensor padded = sized_template(model, 0, {18, 10, 33});
  EXPECT_TRUE(padded.equal(model.templates[0].narrow(0, 2, 16).narrow(1, 4, 16).narrow(2, 3, 32)));
  model.sizing = model::Sizing::kResize;
  EXPECT_EQ(sized_template(model, 0, {18, 10, 33}).sizes(), (std::vector<std::int64_t>{16, 16, 32}));
}

} // namespace
} // namespace brainmvp::infer
