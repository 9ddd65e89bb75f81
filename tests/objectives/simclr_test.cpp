#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "base/error.h"
#include "objective_case.h"
#include "objectives/contrast.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

TEST(NtXent, EqualsTheValueByHand) {
  // Each row's other view has the cosine 1, the other two rows have 0.
  const Tensor view1 = torch::tensor({{2.0, 0.0}, {0.0, 3.0}}, torch::kDouble);
  const Tensor view2 = torch::tensor({{5.0, 0.0}, {0.0, 1.0}}, torch::kDouble);
  const Tensor studies = torch::tensor({4.0, 9.0}, torch::kDouble);
  EXPECT_NEAR(nt_xent(view1, view2, studies, 1).item<double>(), std::log(1 + 2 * std::exp(-1.0)), 1e-12);
  EXPECT_NEAR(nt_xent(view1, view2, studies, 0.5).item<double>(), std::log(1 + 2 * std::exp(-2.0)), 1e-12);
  // The other way round: the cosine of the other view is 0; one of the others has 1, and one 0.
  EXPECT_NEAR(nt_xent(view1, view2.flip(0), studies, 1).item<double>(), std::log(2 + std::exp(1.0)), 1e-12);
}

TEST(NtXent, RowsOfOneStudyAreNotToldApart) {
  torch::manual_seed(3);
  const Tensor view1 = torch::randn({3, 4}, torch::kDouble), view2 = torch::randn({3, 4}, torch::kDouble);
  const Tensor twice = torch::tensor({7.0, 7.0, 2.0}, torch::kDouble);
  EXPECT_NEAR(nt_xent(view1.narrow(0, 0, 2), view2.narrow(0, 0, 2), twice.narrow(0, 0, 2), 1).item<double>(), 0, 1e-12);
  // By the definition, row by row.
  const Tensor rows = unit_rows(torch::cat({view1, view2}));
  double sum = 0;
  for (std::int64_t i = 0; i < 6; ++i) {
    const auto similarity = [&](std::int64_t j) { return std::exp((rows[i] * rows[j]).sum().item<double>() / 0.5); };
    const std::int64_t other = (i + 3) % 6;
    double all = similarity(other);
    for (std::int64_t j = 0; j < 6; ++j) {
      all += twice[j % 3].item<double>() == twice[i % 3].item<double>() ? 0 : similarity(j);
    }
    sum += std::log(all / similarity(other)) / 6;
  }
  EXPECT_NEAR(nt_xent(view1, view2, twice, 0.5).item<double>(), sum, 1e-12);
}

class SimClr : public testing::Test, protected ObjectiveCase {
protected:
  std::string refusal(const ObjectiveSetup& setup) const {
    try {
      (void)all_settings().at("simclr")->make(setup);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return "accepted";
  }
};

TEST_F(SimClr, RefusesBatchesAndStoresWithNothingToTellApart) {
  ObjectiveSetup setup{.store = store(), .training = {0, 1}, .network = "unet", .crop = {16, 16, 16}, .batch_size = 1};
  test::expect_part(refusal(setup), "a batch has 1 of 2 training studies; expected 2 or more, give a larger --batch-size");
  setup.batch_size = 2;
  EXPECT_EQ(refusal(setup), "accepted");
  setup.training = {0};
  test::expect_part(refusal(setup), "a batch has 2 of 1 training studies");
}

// Both crops of a study are changed, each in its own way.
TEST_F(SimClr, ViewsAreTwoCropsWithDrawsOfTheirOwn) {
  const auto objective = make("simclr");
  EXPECT_EQ(objective->data().crops, 2U);
  EXPECT_EQ(objective->memory().views, 2);
  Batch same = batch(*objective, 2);
  same.images.select(1, 1).copy_(same.images.select(1, 0)); // the same crop twice
  const torch::NoGradGuard no_gradient;
  (void)objective->losses(same, {.pictured = true});
  const io::Picture picture = objective->pictures().front().second;
  EXPECT_EQ(picture.width, 16U + 2 + 16);
  bool differs = false;
  for (std::size_t row = 0; row < picture.height; ++row) {
    for (std::size_t column = 0; column < 16; ++column) {
      differs = differs || picture.pixels[row * picture.width + column] != picture.pixels[row * picture.width + 18 + column];
    }
  }
  EXPECT_TRUE(differs);
}

} // namespace
} // namespace brainmvp::objectives
