// A session with a trainee of one number, whose losses are written down beforehand.
#include "train/session.h"

#include <ATen/ops/full.h>

#include "support/support.h"

namespace brainmvp::train {
namespace {
namespace fs = std::filesystem;

// One parameter whose gradient is always 1.
struct OneNumber : torch::nn::Module {
  OneNumber() { number = register_parameter("number", at::full({1}, 1.0)); }
  torch::Tensor number;
};

struct Script {
  std::vector<double> losses = {};      // of the steps
  std::vector<double> validations = {}; // after each step; none: no validation
  std::string value = "mse_view2";      // name of the losses in metrics.jsonl
};

Trainee trainee_of(const Script& script, const std::shared_ptr<OneNumber>& network) {
  const auto validated = std::make_shared<std::size_t>(0);
  Trainee trainee{.what = "training",
                  .network = network,
                  .parameters = {{"number", network->number}},
                  .weights = {{"number", network->number.detach()}},
                  .accumulate_gradients =
                      [script, network](std::uint64_t step, const StepTools&) {
                        network->number.mutable_grad() = at::full({1}, 1.0F);
                        const double loss = script.losses.at(step);
                        return StepLosses{.values = {{"loss", loss}, {script.value, loss}}, .criterion = loss, .studies = {"p1"}};
                      },
                  .validate = nullptr,
                  .log_pictures = nullptr,
                  .finish = nullptr};
  if (!script.validations.empty()) {
    trainee.validate = [script, validated] {
      const double loss = script.validations.at((*validated)++);
      return Validation{.loss = loss, .values = {{"validation_loss", loss}}};
    };
  }
  return trainee;
}

class Sessions : public testing::Test {
protected:
  // Trains to the end, each step with Adam's step of the schedule's rate; gives what the number is then.
  double train(const Script& script, std::uint64_t warmup = 0) {
    const auto network = std::make_shared<OneNumber>();
    const parallel::Group alone;
    Session session({.folder = run(), .force = true, .checkpoint_every = 1, .validate_every = 1},
                    {.config = "[pretrain]\nsteps = " + std::to_string(script.losses.size()) + "\n",
                     .network = "one",
                     .precision = "fp32",
                     .store_fingerprint = "abc",
                     .program_version = "1",
                     .schedule = {.peak = 0.1, .warmup_steps = warmup, .total_steps = script.losses.size()},
                     .description = {}},
                    {.weight_decay = 0}, trainee_of(script, network), alone, 1, std::nullopt);
    session.run();
    return network->number.item<double>();
  }
  [[nodiscard]] fs::path run() const { return folder_ / "run"; }
  [[nodiscard]] std::string log() const { return test::read_text(run() / kLogName); }
  [[nodiscard]] std::int64_t best_step() const {
    const checkpoint::Value best = checkpoint::read_pt(run() / "checkpoints/best.pt");
    return best.find("counters")->find("step")->integer("step");
  }

private:
  test::TemporaryFolder folder_;
};

TEST_F(Sessions, BestIsTheStepOfTheLowestValidation) {
  train({.losses = {1, 1, 1, 1}, .validations = {3, 1, 2, 1.5}});
  EXPECT_EQ(best_step(), 2);
}

// 0.98 of the mean so far and 0.02 of the step: 5, 4.94, 4.96, 4.98.
TEST_F(Sessions, WithoutValidationBestFollowsTheSmoothedLoss) {
  train({.losses = {5, 2, 6, 6}});
  EXPECT_EQ(best_step(), 2);
  train({.losses = {5, 5.5, 0, 9}}); // 5, 5.01, 4.91, 4.99
  EXPECT_EQ(best_step(), 3);
}

// A gradient of 1 moves a number by the rate in Adam's first step.
TEST_F(Sessions, TheFirstStepHasTheFirstRateOfTheWarmUp) {
  EXPECT_NEAR(train({.losses = {1}}, 3), 1 - 0.1 / 4, 1e-6);
  EXPECT_NEAR(train({.losses = {1}}, 0), 1 - 0.1, 1e-6);
  train({.losses = {1, 1, 1, 1}}, 3);
  const std::string metrics = test::read_text(run() / kMetricsName);
  const auto first = nlohmann::json::parse(metrics.substr(0, metrics.find('\n')));
  EXPECT_DOUBLE_EQ(first["learning_rate"].get<double>(), 0.1 / 4);
}

TEST_F(Sessions, ARunThatEndsWorseThanItBeganSaysSo) {
  std::vector<double> rising, falling;
  for (int step = 0; step < 20; ++step) {
    rising.push_back(1 + 0.1 * step);
    falling.push_back(3 - 0.1 * step);
  }
  train({.losses = rising});
  test::expect_part(log(), "ends worse than it began: mse_view2 1.05 -> 2.85; try another --learning-rate");
  train({.losses = falling});
  EXPECT_FALSE(test::contains(log(), "worse")) << log();
  train({.losses = falling, .validations = rising});
  test::expect_part(log(), "ends worse than it began: validation_loss 1 -> 2.9");
  train({.losses = {1, 2, 3}});
  EXPECT_FALSE(test::contains(log(), "worse")) << "too few steps to tell\n" << log();
}

} // namespace
} // namespace brainmvp::train
