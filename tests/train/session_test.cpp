// A session that trains one number, whose losses are written down beforehand.
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
  std::vector<std::string> flat = {};   // what the validations say that the network does not do
};

class Scripted : public Learner {
public:
  Scripted(Script script, std::shared_ptr<OneNumber> network) : script_(std::move(script)), network_(std::move(network)) {}

  [[nodiscard]] std::string what() const override { return "training"; }
  [[nodiscard]] std::vector<std::string> next_commands(const fs::path& run) const override {
    return {"brainmvp use " + run.filename().string()};
  }
  [[nodiscard]] torch::nn::Module& network() const override { return *network_; }
  [[nodiscard]] NamedTensors parameters() const override { return {{"number", network_->number}}; }
  [[nodiscard]] NamedTensors weights() const override { return {{"number", network_->number.detach()}}; }
  void open(const store::Distribution& distribution, std::uint64_t first) override {
    distribution_ = distribution;
    batch_ = first;
  }
  BatchLosses next_batch(const BatchPlace& place) override {
    const double loss = script_.losses.at(place.step);
    const torch::Tensor number = network_->number.sum();
    return {.terms = {{"loss", number - number.detach() + loss}, {script_.value, at::full({}, loss)}},
            .portion = distribution_.portion(batch_++),
            .epoch = 0,
            .studies = {"p1"}};
  }
  [[nodiscard]] double waited_seconds() const override { return 0; }
  [[nodiscard]] bool validates() const override { return !script_.validations.empty(); }
  Validation validate() override {
    const double loss = script_.validations.at(validated_);
    const std::string flat = script_.flat.empty() ? "" : script_.flat.at(validated_);
    ++validated_;
    return {.loss = loss,
            .values = {{"validation_loss", loss}, {"validation_score", -loss}},
            .followed = "validation_score",
            .flat = flat};
  }

private:
  Script script_;
  std::shared_ptr<OneNumber> network_;
  store::Distribution distribution_;
  std::uint64_t batch_ = 0;
  std::size_t validated_ = 0;
};

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
                    {.weight_decay = 0}, std::make_unique<Scripted>(script, network), alone, 1, std::nullopt);
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

TEST_F(Sessions, EveryValidationIsALineWithTheBestSoFar) {
  train({.losses = {1, 1, 1, 1}, .validations = {3, 1, 2, 0.5}});
  for (const char* part :
       {"step 1/4: loss 3, score -3; the first\n", "step 2/4: loss 1, score -1; the best so far\n",
        "step 3/4: loss 2, score -2; best -1 at step 2\n", "best.pt, step 4 of 4 (-0.5)\n", "next: brainmvp use run\n"}) {
    test::expect_part(log(), part);
  }
  EXPECT_FALSE(test::contains(log(), "nothing was gained")) << log();
}

TEST_F(Sessions, SaysWhenNothingWasGainedAfterTheFirstValidation) {
  train({.losses = {1, 1, 1}, .validations = {1, 2, 2}});
  test::expect_part(log(), "the first of 3 validations is the best: nothing was gained after step 1");
}

TEST_F(Sessions, SaysOnceThatTheNetworkIsFlatAndRecordsIt) {
  train({.losses = {1, 1, 1}, .validations = {3, 2, 1}, .flat = {"sleeps", "sleeps", ""}});
  test::expect_part(log(), "warning: step 1: the network sleeps so far\n");
  EXPECT_FALSE(test::contains(log(), "step 2: the network")) << log();
  EXPECT_FALSE(test::contains(log(), "at its end")) << log();
  train({.losses = {1, 1}, .validations = {2, 3}, .flat = {"sleeps", "dreams"}});
  test::expect_part(log(), "at its end the network dreams; try more --steps");
  const auto flat = [&](const char* name) {
    return checkpoint::read_pt(run() / "checkpoints" / name).find("counters")->find("flat")->text("flat");
  };
  EXPECT_EQ(flat("best.pt"), "sleeps");
  EXPECT_EQ(flat("last.pt"), "dreams");
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
