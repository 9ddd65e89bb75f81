#include <torch/autograd.h>
#include <torch/optim/adamw.h>

#include <numbers>

#include "golden_case.h"
#include "pretrain/template_bank.h"
#include "support/support.h"

namespace brainmvp::pretrain {
namespace {

class GoldenNetwork : public testing::TestWithParam<std::string> {
protected:
  const nlohmann::json golden_ = test::golden_json("pretrain_" + GetParam() + ".json");
};

TEST_P(GoldenNetwork, EvalFeaturesAndReconstruction) {
  const torch::NoGradGuard no_gradient;
  const GoldenModel model = filled_model(GetParam());
  model.network->eval();
  const nn::Reconstruction result = model.network->forward(golden_batch(golden_).images.narrow(1, 2, 1));
  const auto& features = golden_.at("eval").at("features");
  ASSERT_EQ(result.features.size(), features.size());
  for (std::size_t i = 0; i < features.size(); ++i) {
    expect_summary(result.features[i], features[i], "feature " + std::to_string(i));
  }
  expect_summary(result.image, golden_.at("eval").at("reconstruction"), "reconstruction");
}

void expect_gradients(const GoldenModel& model, const nlohmann::json& norms) {
  for (const auto& [name, tensor] : model_state(model.templates, *model.network)) {
    if (!tensor.requires_grad()) {
      continue;
    }
    const auto& expected = norms.at(name);
    ASSERT_EQ(tensor.grad().defined(), !expected.is_null()) << name;
    if (!expected.is_null() && expected.get<double>() > 1e-6) {
      const double norm = tensor.grad().norm().item<double>();
      EXPECT_NEAR(norm, expected.get<double>(), 1e-3 * expected.get<double>()) << name;
    }
  }
}

TEST_P(GoldenNetwork, LossesGradientsAndStatisticsOfEveryPhase) {
  for (const auto& [phase, run] : golden_.at("runs").items()) {
    SCOPED_TRACE(phase);
    const GoldenModel model = filled_model(GetParam());
    const auto calls = run.at("kept_blocks_per_call").get<std::vector<std::vector<std::int64_t>>>();
    const Draws draws = golden_draws(calls, golden_.at("target_index").get<std::int64_t>(), golden_,
                                     run.at("source_modality_picked_for_view_2").get<std::vector<std::string>>());
    const Weights weights{.distillation = 10, .contrastive = phase == "cross_modal_contrastive" ? 1.0 : 0.0};
    const Losses losses = objective(*model.network, model.templates, golden_batch(golden_), draws, weights, 8);
    losses.total.backward();
    for (const auto& [loss, key] : {std::pair{losses.total, "loss"}, std::pair{losses.mse_view1, "mse_view1"},
                                    std::pair{losses.mse_view2, "mse_view2"}, std::pair{losses.contrastive, "contrastive"}}) {
      EXPECT_NEAR(loss.item<double>(), run.at(key).get<double>(), 1e-5 * run.at(key).get<double>()) << key;
    }
    expect_gradients(model, run.at("grad_l2"));
    // Gradients add more rounding than a forward pass does.
    expect_summary(model.templates.grad(), run.at("grad_template_sample"), "gradient of the templates", 1e-3);
    if (!run.at("bn_running_mean_after").is_null()) {
      const auto buffers = model.network->named_buffers();
      expect_summary(buffers["encoder.uniformer.norm.running_mean"], run.at("bn_running_mean_after"), "running mean");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Both, GoldenNetwork, testing::Values("uniformer_small", "unet"),
                         [](const auto& parameter) { return parameter.param; });

TEST(GoldenTrajectory, TenStepsOfAdamW) {
  const nlohmann::json golden = test::golden_json("pretrain_uniformer_small.json");
  const nlohmann::json trajectory = test::golden_json("pretrain_trajectory.json");
  GoldenModel model = filled_model("uniformer_small");
  model.templates.detach_().zero_().requires_grad_();
  const Batch batch = golden_batch(golden);
  std::vector<torch::Tensor> parameters{model.templates};
  const auto network_parameters = model.network->parameters();
  parameters.insert(parameters.end(), network_parameters.begin(), network_parameters.end());
  torch::optim::AdamW optimizer(parameters, torch::optim::AdamWOptions(3e-4).weight_decay(1e-5));
  auto& options = static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[0].options());
  for (const auto& step : trajectory.at("steps")) {
    const int index = step.at("step").get<int>();
    options.lr(1.5e-4 * (1 + std::cos(std::numbers::pi * index / 10)));
    EXPECT_NEAR(options.lr(), step.at("lr").get<double>(), 1e-12);
    std::vector<std::vector<std::int64_t>> calls;
    for (int call = 0; call < 4; ++call) {
      calls.push_back(golden_kept_blocks(4 * index + call));
    }
    const Draws draws = golden_draws(calls, step.at("target_index").get<std::int64_t>(), golden,
                                     step.at("picks").get<std::vector<std::string>>());
    optimizer.zero_grad();
    const Losses losses = objective(*model.network, model.templates, batch, draws, {.distillation = 10, .contrastive = 1}, 8);
    losses.total.backward();
    optimizer.step();
    for (const auto& [loss, key] : {std::pair{losses.total, "loss"}, std::pair{losses.mse_view1, "mse_view1"},
                                    std::pair{losses.mse_view2, "mse_view2"}, std::pair{losses.contrastive, "contrastive"}}) {
      EXPECT_NEAR(loss.item<double>(), step.at(key).get<double>(), 2e-3 * step.at(key).get<double>()) << key << " " << index;
    }
  }
  expect_summary(model.templates, trajectory.at("template_after"), "templates", 1e-2);
}

} // namespace
} // namespace brainmvp::pretrain
