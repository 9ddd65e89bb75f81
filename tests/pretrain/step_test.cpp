// The gradients of a step, whatever the batches that it is cut into.
#include "pretrain/step.h"

#include <map>

#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp::pretrain {
namespace {

struct Step {
  std::map<std::string, torch::Tensor> gradients;
  LossValues losses;
  std::vector<std::string> studies;
};

class Steps : public testing::Test {
protected:
  Steps() {
    std::vector<test::HandmadeStudy> studies;
    for (const char* id : {"anna", "berta", "carla", "dora", "emma"}) {
      studies.push_back({.id = id, .size = {20, 18, 22}, .modalities = {"t1", "t2", "flair"}});
    }
    test::write_handmade_store(folder_.path(), studies);
    recipe_ = recipe("tiny");
    recipe_.network = "unet"; // its norms are those of each sample
    recipe_.crop = {16, 16, 16};
    recipe_.template_size = {24, 24, 32};
    recipe_.weights.contrastive = 0; // compares the samples of a batch
  }

  // The first step over five samples in batches of at most `batch_size`.
  Step step(std::size_t batch_size) {
    const store::Store store = store::Store::open(folder_.path());
    torch::manual_seed(5);
    Model model{.templates = {}, .network = nn::make_network(recipe_.network)};
    model.templates = torch::rand({8, 24, 24, 32}).requires_grad_();
    const train::NamedTensors parameters = parameters_of(model);
    const parallel::Group alone;
    const store::Distribution distribution{.samples_per_step = 5, .batch_size = batch_size};
    train::AdamW optimizer(parameters, {});
    parallel::GradientReducer reducer(alone, parameters);
    store::CropLoader loader(store, {0, 1, 2, 3, 4},
                             {.seed = 3,
                              .distribution = distribution,
                              .channels = recipe_.channels,
                              .crop = recipe_.crop,
                              .template_size = recipe_.template_size});
    const StepSetup setup{.store = store, .recipe = recipe_, .seed = 3, .total_steps = 10, .group = alone};
    const StepResult result =
        accumulate_gradients(model, {.optimizer = optimizer, .reducer = reducer, .distribution = distribution}, loader, setup, 9);
    Step step{.gradients = {}, .losses = result.losses, .studies = result.studies};
    for (const auto& [name, tensor] : parameters) {
      if (tensor.grad().defined()) {
        step.gradients[name] = tensor.grad().is_sparse() ? tensor.grad().to_dense() : tensor.grad();
      }
    }
    return step;
  }

  test::TemporaryFolder folder_;
  Recipe recipe_;
};

// Batches of 2, 2 and 1 count by their samples.
TEST_F(Steps, AccumulatedBatchesAreOneBatch) {
  const Step whole = step(5);
  const Step parts = step(2);
  EXPECT_EQ(parts.studies, whole.studies);
  EXPECT_NEAR(parts.losses.total, whole.losses.total, 1e-5 * whole.losses.total);
  EXPECT_NEAR(parts.losses.view2, whole.losses.view2, 1e-5 * whole.losses.view2);
  ASSERT_EQ(parts.gradients.size(), whole.gradients.size());
  ASSERT_TRUE(whole.gradients.contains("rep_template"));
  for (const auto& [name, gradient] : whole.gradients) {
    const double difference = (parts.gradients.at(name) - gradient).norm().item<double>();
    EXPECT_LE(difference, 1e-4 * gradient.norm().item<double>()) << name;
  }
}

} // namespace
} // namespace brainmvp::pretrain
