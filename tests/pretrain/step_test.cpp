// The gradients of a step, whatever the batches that it is cut into.
#include <gtest/gtest.h>

#include <map>

#include "pretrain/learner.h"
#include "pretrain/options.h"
#include "store/handmade_store.h"
#include "support/support.h"
#include "train/session.h"

namespace brainmvp::pretrain {
namespace {

struct StepResult {
  std::map<std::string, torch::Tensor> averages; // of gradients, as the optimizer keeps them: 0.1 of the first
  nlohmann::json metrics;
};

class Steps : public testing::Test {
protected:
  Steps() {
    std::vector<test::HandmadeStudy> studies;
    for (const char* id : {"anna", "berta", "carla", "dora", "emma"}) {
      studies.push_back({.id = id, .size = {20, 18, 22}, .modalities = {"t1", "t2", "flair"}});
    }
    test::write_handmade_store(folder_ / "store", studies);
  }

  // The first step over five samples in batches of at most `batch_size`.
  StepResult step(std::size_t batch_size) {
    const store::Store store = store::Store::open(folder_ / "store");
    const RunOptions options = recipe("tiny");
    auto& settings = dynamic_cast<objectives::BrainMvpSettings&>(*options.objectives.at("brainmvp"));
    settings.template_size = {24, 24, 32};
    settings.template_init = objectives::TemplateInit::kNoise;
    settings.weights.contrastive = 0; // compares the samples of a batch
    const objectives::ObjectiveSetup starting{.store = store,
                                              .training = {0, 1, 2, 3, 4},
                                              .network = "unet", // its norms are those of each sample
                                              .crop = {16, 16, 16}};
    torch::manual_seed(5);
    auto objective = settings.make(starting);
    objective->start(starting);
    const NamedTensors parameters = objective->parameters();
    const parallel::Group alone;
    train::Session session({.folder = folder_ / std::to_string(batch_size)},
                           {.config = "",
                            .network = "unet",
                            .precision = "fp32",
                            .store_fingerprint = "",
                            .program_version = "",
                            .samples_per_step = 5,
                            .schedule = {.peak = 1e-3, .total_steps = 1},
                            .description = {}},
                           {}, std::make_unique<Learner>(setup(store, alone), std::move(objective)), alone, batch_size,
                           std::nullopt);
    session.run();
    const std::filesystem::path run = folder_ / std::to_string(batch_size);
    StepResult result{.averages = {}, .metrics = nlohmann::json::parse(test::read_text(run / "metrics.jsonl"))};
    const checkpoint::Value last = checkpoint::read_pt(run / "checkpoints/last.pt");
    for (const auto& [index, moments] : last.find("optimizer")->find("state")->dict("state")) {
      const std::string& name = parameters.at(static_cast<std::size_t>(index.integer("index"))).first;
      result.averages[name] = moments.find("exp_avg")->tensor(name);
    }
    return result;
  }

private:
  LearnerSetup setup(const store::Store& store, const parallel::Group& group) const {
    return {.store = store,
            .training = {0, 1, 2, 3, 4},
            .validation = {},
            .crop = {16, 16, 16},
            .seed = 3,
            .run = folder_ / "run",
            .group = group};
  }

  test::TemporaryFolder folder_;
};

// Batches of 2, 2 and 1 count by their samples.
TEST_F(Steps, AccumulatedBatchesAreOneBatch) {
  const StepResult whole = step(5);
  const StepResult parts = step(2);
  for (const char* name : {"loss", "mse_view1", "mse_view2", "gradient_norm"}) {
    const double expected = whole.metrics.at(name).get<double>();
    EXPECT_GT(expected, 0) << name;
    EXPECT_NEAR(parts.metrics.at(name).get<double>(), expected, 1e-5 * expected) << name;
  }
  ASSERT_EQ(parts.averages.size(), whole.averages.size());
  ASSERT_TRUE(whole.averages.contains("rep_template"));
  for (const auto& [name, average] : whole.averages) {
    const double difference = (parts.averages.at(name) - average).norm().item<double>();
    EXPECT_LE(difference, 1e-4 * average.norm().item<double>()) << name;
  }
}

} // namespace
} // namespace brainmvp::pretrain
