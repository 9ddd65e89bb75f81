#include "finetune/losses.h"

#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/autograd.h>

#include "nn/networks/network.h"
#include "support/golden_tensors.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

TEST(SupervisedLoss, IsThatOfTheGoldenNetwork) {
  const auto network = nn::make_segmentation_network("uniformer_small", 4, 3);
  test::fill_state(nn::state_tensors(*network));
  const Tensor input = test::filled("input.seg", {1, 4, 32, 32, 32}) * 0.5 + 0.5;
  const Tensor label = (test::filled("label.seg", {1, 3, 32, 32, 32}) > 0.6).to(at::kFloat);
  const at::NoGradGuard no_gradient;
  const nn::Segmentation output = network->forward(input);
  const auto golden = test::golden_json("segmentation_uniformer_small.json").at("train");
  const auto loss = golden.at("loss").get<double>();
  EXPECT_NEAR(supervised_loss(output, label, false).item<double>(), loss, 1e-5 * loss);
  const auto full = golden.at("head_losses_quarter_half_full")[2].get<double>();
  EXPECT_NEAR(head_loss(output.logits, label, false).item<double>(), full, 1e-5 * full);
}

// Two voxels, logits 0 everywhere: p = 1/2.
TEST(HeadLoss, MatchesHandComputedRegions) {
  const Tensor logits = at::zeros({1, 1, 1, 1, 2});
  const Tensor target = at::tensor({1.0F, 0.0F}).view({1, 1, 1, 1, 2});
  const double dice = 1 - (2 * 0.5 + 1) / (0.5 + 1 + 1);
  EXPECT_NEAR(head_loss(logits, target, false).item<double>(), 0.7 * dice + 0.3 * std::log(2.0), 1e-6);
}

// Three labels, logits 0: p = 1/3; the background has no Dice term.
TEST(HeadLoss, MatchesHandComputedExclusiveLabels) {
  const Tensor values = at::tensor({0, 1, 2, 2}).to(at::kByte).view({1, 1, 2, 2});
  const Tensor target = one_hot(values, {{0}, {1}, {2}});
  const double dice1 = 1 - (2 * (1.0 / 3) + 1) / (4.0 / 9 + 1 + 1);
  const double dice2 = 1 - (2 * (2.0 / 3) + 1) / (4.0 / 9 + 2 + 1);
  const double loss = 0.7 * (dice1 + dice2) / 2 + 0.3 * std::log(3.0);
  EXPECT_NEAR(head_loss(at::zeros({1, 3, 1, 2, 2}), target, true).item<double>(), loss, 1e-6);
}

TEST(HeadLoss, GradientIsThatOfDifferences) {
  for (const bool exclusive : {false, true}) {
    const Tensor target = one_hot(at::tensor({0, 1, 2, 1}).to(at::kByte).view({1, 1, 2, 2}), {{0}, {1}, {2}});
    Tensor logits = test::filled("logits", {1, 3, 1, 2, 2}).clone().set_requires_grad(true);
    head_loss(logits, target, exclusive).backward();
    const at::NoGradGuard no_gradient;
    const double step = 1e-2;
    for (std::int64_t i = 0; i < logits.numel(); ++i) {
      Tensor above = logits.clone();
      Tensor below = logits.clone();
      above.view(-1)[i] += step;
      below.view(-1)[i] -= step;
      const double slope =
          (head_loss(above, target, exclusive) - head_loss(below, target, exclusive)).item<double>() / (2 * step);
      EXPECT_NEAR(logits.grad().view(-1)[i].item<double>(), slope, 1e-4) << i << " exclusive " << exclusive;
    }
  }
}

// Batch Dice: sums go over both samples before they are divided. p = 1/2; the first sample has one voxel of two, the second none.
TEST(HeadLoss, SumsOverTheSamplesOfABatch) {
  const Tensor target = at::tensor({1.0F, 0.0F, 0.0F, 0.0F}).view({2, 1, 1, 1, 2});
  const double dice = 1 - (2 * 0.5 + 1) / (4 * 0.25 + 1 + 1);
  EXPECT_NEAR(head_loss(at::zeros({2, 1, 1, 1, 2}), target, false).item<double>(), 0.7 * dice + 0.3 * std::log(2.0), 1e-6);
}

// The second of three voxels is to be ignored: the loss is that of the others, whatever the network says there.
TEST(HeadLoss, VoxelsToIgnoreCountForNothing) {
  for (const bool exclusive : {false, true}) {
    const std::vector<std::vector<int>> outputs =
        exclusive ? std::vector<std::vector<int>>{{0}, {1}, {2}} : std::vector<std::vector<int>>{{1, 2}, {2}};
    const auto k = static_cast<std::int64_t>(outputs.size());
    const Tensor values = at::tensor({1, 9, 0}).to(at::kByte).view({1, 1, 1, 3});
    const Tensor others = at::tensor({1, 0}).to(at::kByte).view({1, 1, 1, 2});
    const Tensor target = one_hot(values, outputs);
    const Tensor valid = counted(values, 9);
    Tensor logits = test::filled("ignored", {1, k, 1, 1, 3}).clone();
    const Tensor kept = at::stack({logits.select(4, 0), logits.select(4, 2)}, 4);
    const double expected = head_loss(kept, one_hot(others, outputs), exclusive).item<double>();
    EXPECT_NEAR(head_loss(logits, target, exclusive, {}, valid).item<double>(), expected, 1e-6) << exclusive;
    logits.select(4, 1).fill_(7);
    logits.set_requires_grad(true);
    const Tensor loss = head_loss(logits, target, exclusive, {}, valid);
    EXPECT_NEAR(loss.item<double>(), expected, 1e-6) << exclusive;
    loss.backward();
    EXPECT_EQ(logits.grad().select(4, 1).abs().max().item<double>(), 0) << exclusive;
    EXPECT_GT(logits.grad().select(4, 0).abs().max().item<double>(), 0) << exclusive;
  }
}

// p = 1/2 in the one voxel that counts, which is inside: 0.7 (1 - 2 / 2.25) + 0.3 log 2.
TEST(HeadLoss, MatchesHandComputedRegionsWithVoxelsToIgnore) {
  const Tensor values = at::tensor({1, 9}).to(at::kByte).view({1, 1, 1, 2});
  const double loss = 0.7 * (1 - 2 / 2.25) + 0.3 * std::log(2.0);
  EXPECT_NEAR(head_loss(at::zeros({1, 1, 1, 1, 2}), one_hot(values, {{1}}), false, {}, counted(values, 9)).item<double>(), loss,
              1e-6);
  const Tensor nothing = at::full({1, 1, 1, 2}, 9, at::kByte);
  EXPECT_NEAR(head_loss(at::zeros({1, 1, 1, 1, 2}), one_hot(nothing, {{1}}), false, {}, counted(nothing, 9)).item<double>(), 0,
              1e-6);
  EXPECT_FALSE(counted(values, std::nullopt).defined());
}

TEST(OneHot, TakesRegionsAsUnions) {
  const Tensor values = at::tensor({0, 1, 2, 4}).to(at::kByte).view({1, 1, 1, 4});
  const Tensor regions = one_hot(values, {{1, 2, 4}, {4}});
  EXPECT_TRUE(regions.view({2, 4}).equal(at::tensor({0.0F, 1.0F, 1.0F, 1.0F, 0.0F, 0.0F, 0.0F, 1.0F}).view({2, 4})));
}

// Samples a and b, mixtures 1 and 2, in the order a1 b1 a2 b2: ((1 - 4)^2 + (2 - 8)^2) / 2.
TEST(ConsistencyLoss, ComparesTheTwoMixturesOfEachSample) {
  const Tensor quarter = at::tensor({1.0F, 2.0F, 4.0F, 8.0F}).view({4, 1, 1, 1, 1});
  EXPECT_DOUBLE_EQ(consistency_loss(quarter).item<double>(), (9.0 + 36.0) / 2);
}

} // namespace
} // namespace brainmvp::finetune
