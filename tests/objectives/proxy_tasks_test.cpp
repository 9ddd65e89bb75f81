#include "objectives/brainmvp/proxy_tasks.h"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <cmath>
#include <functional>

#include "base/error.h"
#include "objectives/brainmvp/template_bank.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

// Compares the gradient of a scalar function with central differences.
void expect_numeric_gradient(const std::function<Tensor(const Tensor&)>& function, const Tensor& at_point) {
  const Tensor x = at_point.clone().requires_grad_();
  const Tensor gradient = torch::autograd::grad({function(x)}, {x})[0].view(-1);
  const torch::NoGradGuard no_gradient;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    constexpr double kStep = 1e-6;
    const Tensor above = x.clone();
    const Tensor below = x.clone();
    above.view(-1)[i] += kStep;
    below.view(-1)[i] -= kStep;
    const double expected = (function(above) - function(below)).item<double>() / (2 * kStep);
    EXPECT_NEAR(gradient[i].item<double>(), expected, 1e-7 * (1 + std::abs(expected))) << i;
  }
}

// Gives its input back, so that losses can be computed by hand; its feature is the input too.
class Identity : public nn::ReconstructionNetwork {
public:
  nn::Reconstruction forward(const Tensor& x) override { return {.features = {x}, .image = x}; }
};

ProxyBatch small_batch() {
  torch::manual_seed(5);
  return {
      .images = torch::rand({2, 3, 4, 4, 4}), .template_rows = {{0, 1, 2}, {3, 4, 5}}, .template_starts = {{0, 1, 2}, {1, 0, 0}}};
}

// Blocks of 2^3: 8 a sample.
ProxyDraws small_draws() {
  return {
      .target_channel = {0, 2}, .kept_blocks_view1 = {{1, 7}, {0, 2}}, .kept_blocks_view2 = {{3}, {4}}, .source_channel = {1, 0}};
}

TEST(InfoNce, EqualsTheValueByHand) {
  // Rows of unit length: the similarities are [[1, 0], [0, 1]], so both cross-entropies are log(1 + e^-1).
  const Tensor view1 = torch::tensor({{2.0, 0.0}, {0.0, 3.0}}, torch::kDouble);
  const Tensor view2 = torch::tensor({{5.0, 0.0}, {0.0, 1.0}}, torch::kDouble);
  EXPECT_NEAR(info_nce(view1, view2, 1).item<double>(), std::log(1 + std::exp(-1.0)), 1e-12);
  EXPECT_NEAR(info_nce(view1, view2, 0.5).item<double>(), std::log(1 + std::exp(-2.0)), 1e-12);
  EXPECT_NEAR(info_nce(view1, view2.flip(0), 1).item<double>(), std::log(1 + std::exp(1.0)), 1e-12);
}

TEST(InfoNce, GradientsAreThoseOfFiniteDifferences) {
  torch::manual_seed(4);
  const Tensor view1 = torch::randn({3, 2, 2}, torch::kDouble);
  const Tensor view2 = torch::randn({3, 2, 2}, torch::kDouble);
  expect_numeric_gradient([&](const Tensor& x) { return info_nce(x, view2, 0.7); }, view1);
  expect_numeric_gradient([&](const Tensor& x) { return info_nce(view1, x, 0.7); }, view2);
}

TEST(MinMaxNormalised, SpansZeroToOneAndHasRightGradients) {
  torch::manual_seed(6);
  const Tensor volume = torch::randn({2, 3, 2}, torch::kDouble);
  const Tensor normalised = min_max_normalised(volume);
  EXPECT_NEAR(normalised.min().item<double>(), 0, 1e-12);
  EXPECT_NEAR(normalised.max().item<double>(), 1, 1e-8);
  const Tensor direction = torch::randn({2, 3, 2}, torch::kDouble);
  expect_numeric_gradient([&](const Tensor& x) { return (min_max_normalised(x) * direction).sum(); }, volume);
}

TEST(NormalisedCrops, EqualsACropOfTheWholeVolumeWithTiesAndRepeatedRows) {
  torch::manual_seed(8);
  const Tensor bank = (torch::rand({3, 4, 5, 6}, torch::kDouble) * 4).round(); // many tied extremes
  const Tensor a = bank.clone().requires_grad_();
  const Tensor b = bank.clone().requires_grad_();
  const Tensor crops = normalised_crops(a, {1, 2, 1}, {{0, 1, 2}, {1, 0, 0}, {1, 1, 1}}, {3, 4, 4});
  const auto crop = [&](std::int64_t row, std::int64_t i, std::int64_t j, std::int64_t k) {
    return min_max_normalised(b[row]).narrow(0, i, 3).narrow(1, j, 4).narrow(2, k, 4).unsqueeze(0);
  };
  const Tensor expected = at::stack({crop(1, 0, 1, 2), crop(2, 1, 0, 0), crop(1, 1, 1, 1)});
  EXPECT_TRUE(at::allclose(crops, expected, 1e-12, 1e-12));
  const Tensor direction = torch::randn_like(crops);
  const Tensor sparse = torch::autograd::grad({crops}, {a}, {direction})[0];
  EXPECT_TRUE(sparse.is_sparse() && sparse.is_coalesced());
  const Tensor gradient = sparse.to_dense();
  EXPECT_TRUE(at::allclose(gradient, torch::autograd::grad({expected}, {b}, {direction})[0], 1e-10, 1e-10));
  EXPECT_EQ(gradient[0].abs().max().item<double>(), 0) << "a row that was not used";
}

TEST(NormalisedCrops, RefusesWhatLiesOutsideTheBank) {
  const Tensor bank = torch::zeros({3, 4, 5, 6});
  EXPECT_THROW(normalised_crops(bank, {3}, {{0, 0, 0}}, {2, 2, 2}), Error);
  EXPECT_THROW(normalised_crops(bank, {-1}, {{0, 0, 0}}, {2, 2, 2}), Error);
  EXPECT_THROW(normalised_crops(bank, {0}, {{0, 0, 5}}, {2, 2, 2}), Error);
  EXPECT_THROW(normalised_crops(bank, {0}, {{-1, 0, 0}}, {2, 2, 2}), Error);
}

TEST(Objective, LossesOfAnIdentityAreTheMaskedDifferences) {
  const ProxyBatch batch = small_batch();
  Identity network;
  const Tensor templates = torch::rand({8, 6, 6, 6}).requires_grad_();
  const LossWeights weights{.distillation = 3, .reconstruction = 0.5, .contrastive = 2, .temperature = 0.8};
  const ProxyLosses losses = proxy_losses(network, templates, batch, small_draws(), weights, 2);
  const Tensor target = at::stack({batch.images[0][0], batch.images[1][2]}).unsqueeze(1);
  EXPECT_TRUE(losses.target.equal(target));
  EXPECT_NEAR(losses.mse_view1.item<double>(), (losses.view1 - target).square().mean().item<double>(), 1e-6);
  const double total = 3 * losses.mse_view1.item<double>() + 0.5 * losses.mse_view2.item<double>() +
                       2 * info_nce(losses.view1, losses.view2, 0.8).item<double>();
  EXPECT_NEAR(losses.total.item<double>(), total, 1e-5);
  losses.total.backward();
  EXPECT_TRUE(templates.grad().defined());
}

TEST(Objective, ViewsShowTheTargetInKeptBlocksAndTheFillElsewhere) {
  const ProxyBatch batch = small_batch();
  Identity network;
  const ProxyLosses losses = proxy_losses(network, torch::rand({8, 6, 6, 6}), batch, small_draws(), {}, 2);
  const auto block = [](const Tensor& volume, std::int64_t index) {
    return volume.narrow(0, index / 4 * 2, 2).narrow(1, index / 2 % 2 * 2, 2).narrow(2, index % 2 * 2, 2);
  };
  for (std::int64_t index = 0; index < 8; ++index) {
    const Tensor target = block(batch.images[0][0], index);
    EXPECT_EQ(block(losses.view1[0][0], index).equal(target), index == 1 || index == 7) << index;
    EXPECT_TRUE(block(losses.view2[0][0], index).equal(index == 3 ? target : block(batch.images[0][1], index))) << index;
  }
}

TEST(Objective, VoxelsOutsideKeptBlocksDoNotReachView1) {
  const ProxyBatch batch = small_batch();
  Identity network;
  const Tensor templates = torch::rand({8, 6, 6, 6});
  const Tensor before = proxy_losses(network, templates, batch, small_draws(), {}, 2).view1;
  batch.images[0][0][0][0][0] += 1; // in block 0, which is masked
  EXPECT_TRUE(proxy_losses(network, templates, batch, small_draws(), {}, 2).view1.equal(before));
  batch.images[0][0][0][0][3] += 1; // in block 1, which is kept
  EXPECT_FALSE(proxy_losses(network, templates, batch, small_draws(), {}, 2).view1.equal(before));
}

TEST(Objective, SourceFromTemplateEqualsTheTemplatePhase) {
  const ProxyBatch batch = small_batch();
  Identity network;
  const Tensor templates = torch::rand({8, 6, 6, 6});
  ProxyDraws draws = small_draws();
  draws.source_channel = {kFromTemplate, kFromTemplate};
  const Tensor fallback = proxy_losses(network, templates, batch, draws, {}, 2).view2;
  draws.source_channel.clear();
  EXPECT_TRUE(proxy_losses(network, templates, batch, draws, {}, 2).view2.equal(fallback));
}

TEST(Objective, KeepsLossesAndTemplatesInFloatUnderAutocast) {
  const auto network = nn::make_network("uniformer_tiny");
  ProxyBatch batch = small_batch();
  batch.images = torch::rand({2, 3, 16, 16, 16});
  const Tensor templates = torch::rand({8, 18, 18, 18}).requires_grad_();
  const ProxyDraws draws = {
      .target_channel = {0, 1}, .kept_blocks_view1 = {{0}, {1}}, .kept_blocks_view2 = {{2}, {3}}, .source_channel = {}};
  const LossWeights weights{.contrastive = 1};
  torch::NoGradGuard no_statistics;
  network->eval();
  const ProxyLosses plain = proxy_losses(*network, templates, batch, draws, weights, 8);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const ProxyLosses narrow = proxy_losses(*network, templates, batch, draws, weights, 8);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  EXPECT_EQ(narrow.total.scalar_type(), torch::kFloat);
  EXPECT_EQ(narrow.view1.scalar_type(), torch::kFloat);
  EXPECT_TRUE(narrow.view1.equal(plain.view1));
  EXPECT_NEAR(narrow.total.item<double>(), plain.total.item<double>(), 0.03 * plain.total.item<double>());
}

TEST(Objective, RefusesDrawsThatDoNotFit) {
  const ProxyBatch batch = small_batch();
  Identity network;
  const Tensor templates = torch::rand({8, 6, 6, 6});
  ProxyDraws draws = small_draws();
  draws.kept_blocks_view1[0] = {8};
  EXPECT_THROW(proxy_losses(network, templates, batch, draws, {}, 2), Error);
  draws.kept_blocks_view1[0] = {-1};
  EXPECT_THROW(proxy_losses(network, templates, batch, draws, {}, 2), Error);
  draws = small_draws();
  draws.target_channel.pop_back();
  EXPECT_THROW(proxy_losses(network, templates, batch, draws, {}, 2), Error);
  EXPECT_THROW(proxy_losses(network, templates, batch, small_draws(), {}, 3), Error); // blocks of 3 do not divide 4
}

} // namespace
} // namespace brainmvp::objectives
