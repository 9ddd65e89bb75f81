#include <gtest/gtest.h>
#include <torch/torch.h>

#include "base/error.h"
#include "constant_network.h"
#include "objective_case.h"
#include "objectives/blocks.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

class Mae : public testing::Test, protected ObjectiveCase {
protected:
  // Its network gives 0.25 everywhere, whatever it is shown.
  std::unique_ptr<Objective> constant() const {
    auto objective = make("mae", {{"mask_rate", {0.5}}});
    make_constant(*objective, "up1conv.bias", 0.25);
    return objective;
  }
};

// Blocks of 8^3 in 16^3: four of eight are hidden in each sample.
TEST_F(Mae, LossIsTheMeanSquareOverHiddenVoxelsOnly) {
  const auto objective = constant();
  const Batch given = batch(*objective, 2);
  double sum = 0;
  for (std::size_t b = 0; b < 2; ++b) {
    const Tensor kept = block_mask({draw_kept_blocks(stream_of(given, b, {}, "mask"), 8, 0.5)}, {16, 16, 16}, 8);
    const Tensor errors = (given.images[static_cast<std::int64_t>(b)][0][0] - 0.25).square();
    EXPECT_EQ(kept.sum().item<std::int64_t>(), 4 * 512);
    sum += errors.masked_select(kept[0][0].logical_not()).sum().item<double>();
  }
  const double loss = sum / (2 * 4 * 512);
  EXPECT_NEAR(objective->losses(given, {}).front().second.item<double>(), loss, 1e-6);
  const auto validation = objective->validation({{"loss", 0.01}});
  EXPECT_EQ(validation.front(), (train::NamedValues::value_type{"validation_loss", 0.01}));
  EXPECT_NEAR(validation.back().second, 20, 1e-12) << "dB";
}

// A hidden voxel x is a target alone: d loss / dx = -2 (0.25 - x) / N. With a network that looks, nothing else may come to it.
TEST_F(Mae, TheNetworkDoesNotSeeHiddenVoxels) {
  const auto objective = make("mae", {{"mask_rate", {0.5}}});
  Batch given = batch(*objective, 1);
  const Tensor hidden =
      block_mask({draw_kept_blocks(stream_of(given, 0, {}, "mask"), 8, 0.5)}, {16, 16, 16}, 8)[0][0].logical_not();
  const auto output_sum = [&](const Tensor& images) { // mean of (x - output) over hidden voxels, by the loss's derivative
    given.images = images.detach().clone().requires_grad_();
    objective->losses(given, {}).front().second.backward();
    const Tensor difference = given.images.grad()[0][0][0] * (4 * 512 / 2.0);
    return (images[0][0][0] - difference).masked_select(hidden); // the output
  };
  const Tensor images = given.images.clone();
  const Tensor before = output_sum(images);
  const Tensor changed = at::where(hidden, images + 1, images);
  EXPECT_TRUE(at::allclose(output_sum(changed), before, 1e-4, 1e-5));
  EXPECT_FALSE(at::allclose(output_sum(at::where(hidden, images, images + 1)), before, 1e-4, 1e-5));
}

TEST_F(Mae, RefusesMasksThatHideNothingOrDoNotFit) {
  const auto message_of = [&](const Options& options) -> std::string {
    try {
      (void)make("mae", options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return "accepted";
  };
  test::expect_part(message_of({{"mask_rate", {0.0}}}), "--mask-rate 0 hides nothing");
  test::expect_part(message_of({{"mask_block", {5}}}), "5");
  test::expect_part(message_of({{"mask_rate", {1.5}}}), "--mask-rate: expected a number from 0 to 1, found 1.5");
}

} // namespace
} // namespace brainmvp::objectives
