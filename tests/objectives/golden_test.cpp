#include <torch/autograd.h>

#include <array>

#include "golden_case.h"
#include "nn/kernels/execution.h"
#include "nn/networks/unet.h"
#include "objectives/brainmvp/template_bank.h"
#include "support/support.h"
#include "train/adamw.h"
#include "train/schedule.h"

namespace brainmvp::objectives {
namespace {

class GoldenNetwork : public testing::TestWithParam<std::string> {
protected:
  const nlohmann::json golden_ = test::golden_json("pretrain_" + GetParam() + ".json");
};

// As the public code gives them: the image and the stages of a UniFormer, [B, C, D, H, W]; of the UNet what each stride gives and
// the deepest level.
std::vector<torch::Tensor> public_features(const std::string& network, const torch::Tensor& x, const nn::Reconstruction& result) {
  std::vector<torch::Tensor> features;
  if (network == "unet") {
    nn::UNetEncoder encoder(1);
    encoder.eval();
    test::fill_state(nn::state_tensors(encoder));
    features = encoder.features(x).downs;
    features.push_back(result.features.back());
    return features;
  }
  features = {x};
  features.insert(features.end(), result.features.begin(), result.features.end());
  for (torch::Tensor& feature : features) {
    feature = feature.permute({0, 1, 4, 2, 3});
  }
  return features;
}

TEST_P(GoldenNetwork, EvalFeaturesAndReconstruction) {
  const torch::NoGradGuard no_gradient;
  const GoldenModel model = filled_model(GetParam());
  model.network->eval();
  const torch::Tensor x = golden_batch(golden_).images.narrow(1, 2, 1);
  const nn::Reconstruction result = model.network->forward(x);
  const std::vector<torch::Tensor> found = public_features(GetParam(), x, result);
  const auto& features = golden_.at("eval").at("features");
  ASSERT_EQ(found.size(), features.size());
  for (std::size_t i = 0; i < features.size(); ++i) {
    expect_summary(found[i], features[i], "feature " + std::to_string(i));
  }
  expect_summary(result.image, golden_.at("eval").at("reconstruction"), "reconstruction");
}

torch::Tensor dense(const torch::Tensor& gradient) { return gradient.is_sparse() ? gradient.to_dense() : gradient; }

// Gradient norms of every tensor, relative.
void expect_gradients(const GoldenModel& model, const nlohmann::json& norms, double tolerance) {
  for (const auto& [name, tensor] : state_of(model)) {
    if (!tensor.requires_grad()) {
      continue;
    }
    const auto& expected = norms.at(name);
    ASSERT_EQ(tensor.grad().defined(), !expected.is_null()) << name;
    if (!expected.is_null() && expected.get<double>() > 1e-6) {
      const double norm = dense(tensor.grad()).norm().item<double>();
      EXPECT_NEAR(norm, expected.get<double>(), tolerance * expected.get<double>()) << name;
    }
  }
}

void expect_losses(const ProxyLosses& losses, const nlohmann::json& golden, double tolerance) {
  for (const auto& [loss, key] : {std::pair{losses.total, "loss"}, std::pair{losses.mse_view1, "mse_view1"},
                                  std::pair{losses.mse_view2, "mse_view2"}, std::pair{losses.contrastive, "contrastive"}}) {
    EXPECT_NEAR(loss.item<double>(), golden.at(key).get<double>(), tolerance * golden.at(key).get<double>()) << key;
  }
}

// One phase from freshly filled weights, computed in `type`.
GoldenModel expect_phase(const std::string& network, const nlohmann::json& golden, const std::string& phase,
                         torch::ScalarType type, double gradient_tolerance) {
  SCOPED_TRACE(phase);
  const nlohmann::json& run = golden.at("runs").at(phase);
  GoldenModel model = filled_model(network);
  model.network->to(type);
  model.templates = model.templates.detach().to(type).requires_grad_();
  ProxyBatch batch = golden_batch(golden);
  batch.images = batch.images.to(type);
  const ProxyDraws draws = golden_draws(run.at("kept_blocks_per_call").get<std::vector<std::vector<std::int64_t>>>(),
                                        golden.at("target_index").get<std::int64_t>(), golden,
                                        run.at("source_modality_picked_for_view_2").get<std::vector<std::string>>());
  const LossWeights weights{.distillation = 10, .contrastive = phase == "cross_modal_contrastive" ? 1.0 : 0.0};
  const ProxyLosses losses = proxy_losses(*model.network, model.templates, batch, draws, weights, 8);
  losses.total.backward();
  expect_losses(losses, run, 1e-5);
  expect_gradients(model, run.at("grad_l2"), gradient_tolerance);
  expect_summary(dense(model.templates.grad()), run.at("grad_template_sample"), "gradient of the templates", 1e-3);
  return model;
}

constexpr std::array kPhases{"template_only", "cross_modal", "cross_modal_contrastive"};

struct ExecutionCase {
  std::string name;
  nn::Execution execution;
};

class GoldenUniFormer : public testing::TestWithParam<ExecutionCase> {};

INSTANTIATE_TEST_SUITE_P(Every, GoldenUniFormer,
                         testing::Values(ExecutionCase{"fused", {}}, ExecutionCase{"aten", {.kernels = nn::Kernels::kAten}},
                                         ExecutionCase{"checkpointed", {.checkpoints_activations = true}}),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_P(GoldenUniFormer, LossesGradientsAndStatisticsOfEveryPhase) {
  const nn::ExecutionScope scope(GetParam().execution);
  const nlohmann::json golden = test::golden_json("pretrain_uniformer_small.json");
  for (const char* phase : kPhases) {
    const GoldenModel model = expect_phase("uniformer_small", golden, phase, torch::kFloat, 1e-3);
    const auto buffers = model.network->named_buffers();
    expect_summary(buffers["encoder.uniformer.norm.running_mean"], golden.at("runs").at(phase).at("bn_running_mean_after"),
                   "running mean");
  }
}

// A ReLU whose input rounds to the other side of zero moves a norm of the UNet by about 1e-3, so float is held to 5e-3 and the
// exact comparison is made in double.
TEST(GoldenUNet, LossesAndGradientsOfEveryPhaseInDouble) {
  const nlohmann::json golden = test::golden_json("pretrain_unet.json");
  for (const char* phase : kPhases) {
    expect_phase("unet", golden, phase, torch::kDouble, 1e-3);
  }
}

TEST(GoldenUNet, LossesAndGradientsOfEveryPhaseInFloat) {
  const nlohmann::json golden = test::golden_json("pretrain_unet.json");
  for (const char* phase : kPhases) {
    expect_phase("unet", golden, phase, torch::kFloat, 5e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, GoldenNetwork, testing::Values("uniformer_small", "unet"),
                         [](const auto& parameter) { return parameter.param; });

// With the optimizer and the schedule of the product: rows of templates that a step does not use are late until they are settled.
TEST(GoldenTrajectory, TenStepsOfAdamW) {
  const nlohmann::json golden = test::golden_json("pretrain_uniformer_small.json");
  const nlohmann::json trajectory = test::golden_json("pretrain_trajectory.json");
  const GoldenModel model = filled_model("uniformer_small");
  model.templates.detach().zero_();
  const ProxyBatch batch = golden_batch(golden);
  const train::Schedule schedule{.peak = 3e-4, .total_steps = 10};
  train::AdamW optimizer(parameters_of(model), {.weight_decay = 1e-5});
  for (const auto& step : trajectory.at("steps")) {
    const int index = step.at("step").get<int>();
    const double rate = schedule.rate(static_cast<std::uint64_t>(index));
    EXPECT_NEAR(rate, step.at("lr").get<double>(), 1e-12);
    std::vector<std::vector<std::int64_t>> calls;
    for (int call = 0; call < 4; ++call) {
      calls.push_back(golden_kept_blocks(4 * index + call));
    }
    const ProxyDraws draws = golden_draws(calls, step.at("target_index").get<std::int64_t>(), golden,
                                          step.at("picks").get<std::vector<std::string>>());
    optimizer.clear_gradients();
    optimizer.settle(model.templates, target_rows(batch, draws));
    const ProxyLosses losses =
        proxy_losses(*model.network, model.templates, batch, draws, {.distillation = 10, .contrastive = 1}, 8);
    losses.total.backward();
    ASSERT_TRUE(model.templates.grad().is_sparse());
    optimizer.step(rate);
    SCOPED_TRACE(index);
    expect_losses(losses, step, 2e-3);
  }
  optimizer.settle();
  expect_summary(model.templates, trajectory.at("template_after"), "templates", 1e-2);
}

} // namespace
} // namespace brainmvp::objectives
