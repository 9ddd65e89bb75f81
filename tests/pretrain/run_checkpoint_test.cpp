#include "pretrain/run_checkpoint.h"

#include <ATen/ops/ones.h>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::pretrain {
namespace {

class OneWeight : public nn::ReconstructionNetwork {
public:
  OneWeight() { weight = register_parameter("weight", at::ones({2, 3})); }
  nn::Reconstruction forward(const torch::Tensor& x) override { return {{}, x}; }
  [[nodiscard]] int size_multiple() const override { return 1; }
  torch::Tensor weight;
};

Model small_model() { return {.templates = at::ones({8, 2, 2, 2}).requires_grad_(), .network = std::make_shared<OneWeight>()}; }

RunIdentity identity() {
  return {.config = "[train]\nsteps = 4\n",
          .network = "one",
          .precision = "fp32",
          .store_fingerprint = "abc",
          .program_version = "1",
          .modalities = {"t1"},
          .template_affine = {},
          .schedule = {.total_steps = 4}};
}

std::string refusal(const checkpoint::Value& value, const RunIdentity& now) {
  Model model = small_model();
  train::AdamW optimizer(parameters_of(model), {});
  try {
    resume_from(value, "last.pt", now, model, optimizer);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.message();
  }
  return "";
}

TEST(ConfigDifferences, NamesKeysAndComparesNumbersAsNumbers) {
  const auto differences = config_differences("[run]\nseed = 1\n\n[train]\nrate = 0.0003\nclip = 0\nname = \"a\"\n",
                                              "[run]\nseed = 2\n\n[train]\nrate = 3e-4\nname = \"a\"\nwarmup = 5\n");
  ASSERT_EQ(differences.size(), 3U);
  EXPECT_EQ(differences[0].key + " " + differences[0].before + " " + differences[0].now, "run.seed 1 2");
  EXPECT_EQ(differences[1].key + " " + differences[1].before + " " + differences[1].now, "train.clip 0 nothing");
  EXPECT_EQ(differences[2].key + " " + differences[2].before + " " + differences[2].now, "train.warmup nothing 5");
}

TEST(RunCheckpoint, GivesBackWeightsOptimizerAndCounters) {
  Model model = small_model();
  train::AdamW optimizer(parameters_of(model), {});
  for (auto& [name, tensor] : parameters_of(model)) {
    tensor.mutable_grad() = at::ones_like(tensor);
  }
  optimizer.step(0.1);
  const checkpoint::Value value =
      run_checkpoint(model, &optimizer, identity(), {.step = 3, .epoch = 2, .smoothed_loss = 0.5, .best_loss = 0.25});
  Model other = small_model();
  train::AdamW resumed(parameters_of(other), {});
  const RunState state = resume_from(value, "last.pt", identity(), other, resumed);
  EXPECT_EQ(state.step, 3U);
  EXPECT_EQ(state.epoch, 2U);
  EXPECT_EQ(state.best_loss, 0.25);
  EXPECT_TRUE(other.templates.equal(model.templates));
  EXPECT_FALSE(other.templates.equal(small_model().templates));
  EXPECT_EQ(value.find("template_affine")->items("rows").size(), 3U);
}

TEST(RunCheckpoint, RefusesEachDifferenceByNameButNotThreads) {
  Model model = small_model();
  train::AdamW optimizer(parameters_of(model), {});
  const checkpoint::Value value = run_checkpoint(model, &optimizer, identity(), {});
  RunIdentity now = identity();
  now.config += "\n[run]\nthreads = 8\n";
  EXPECT_EQ(refusal(value, now), "");
  now.config = "[train]\nsteps = 5\n";
  now.network = "two";
  now.store_fingerprint = "def";
  const std::string message = refusal(value, now);
  for (const char* part : {"train.steps was 4 and is now 5", "network was one", "store_fingerprint was abc and is now def"}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(Model, IsFiniteUnlessAnyValueOfItIsNot) {
  const Model model = small_model();
  EXPECT_TRUE(all_finite(model));
  const at::NoGradGuard no_grad;
  model.templates[7][1][1][1] = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(all_finite(model));
}

} // namespace
} // namespace brainmvp::pretrain
