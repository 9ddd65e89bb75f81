#include "train/run_checkpoint.h"

#include <ATen/ops/ones.h>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::train {
namespace {

NamedTensors small_model() {
  return {{"weight", at::ones({2, 3}).requires_grad_()}, {"templates", at::ones({8}).requires_grad_()}};
}

NamedTensors weights_of(const NamedTensors& model) {
  NamedTensors weights;
  for (const auto& [name, tensor] : model) {
    weights.emplace_back(name, tensor.detach());
  }
  return weights;
}

RunIdentity identity() {
  return {.config = "[train]\nsteps = 4\n",
          .network = "one",
          .precision = "fp32",
          .store_fingerprint = "abc",
          .program_version = "1",
          .schedule = {.total_steps = 4},
          .description = {{{std::string("modalities")}, {checkpoint::List{{std::string("t1")}}}}}};
}

std::string refusal(const checkpoint::Value& value, const RunIdentity& now) {
  NamedTensors model = small_model();
  AdamW optimizer(model, {});
  try {
    resume_from(value, "last.pt", now, weights_of(model), optimizer);
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

TEST(ConfigDifferences, OneSideStandsForThreeAndEarlierRunsHadOneObjective) {
  EXPECT_TRUE(
      config_differences("[pretrain]\ncrop = 16\n", "[pretrain]\nobjective = \"brainmvp\"\ncrop = [16, 16, 16]\n").empty());
  EXPECT_EQ(config_differences("[pretrain]\ncrop = 16\n", "[pretrain]\ncrop = [16, 16, 32]\n").size(), 1U);
  EXPECT_EQ(config_differences("[pretrain]\ncrop = 16\n", "[pretrain]\nobjective = \"mae\"\ncrop = 16\n").size(), 1U);
}

TEST(RunCheckpoint, GivesBackWeightsOptimizerAndCounters) {
  NamedTensors model = small_model();
  AdamW optimizer(model, {});
  for (auto& [name, tensor] : model) {
    tensor.mutable_grad() = at::ones_like(tensor);
  }
  optimizer.step(0.1);
  const checkpoint::Value value =
      run_checkpoint(weights_of(model), &optimizer, identity(), {.step = 3, .epoch = 2, .smoothed_loss = 0.5, .best_loss = 0.25});
  NamedTensors other = small_model();
  AdamW resumed(other, {});
  const RunState state = resume_from(value, "last.pt", identity(), weights_of(other), resumed);
  EXPECT_EQ(state.step, 3U);
  EXPECT_EQ(state.epoch, 2U);
  EXPECT_EQ(state.best_loss, 0.25);
  EXPECT_TRUE(other[1].second.equal(model[1].second));
  EXPECT_FALSE(other[1].second.equal(small_model()[1].second));
  EXPECT_EQ(value.find("modalities")->items("names").size(), 1U);
}

TEST(RunCheckpoint, SharesNothingWithWhatGoesOnTraining) {
  NamedTensors model = small_model();
  AdamW optimizer(model, {});
  const auto step = [&] {
    for (auto& [name, tensor] : model) {
      tensor.mutable_grad() = at::ones_like(tensor);
    }
    optimizer.step(0.1);
  };
  step();
  const checkpoint::Value value = run_checkpoint(weights_of(model), &optimizer, identity(), {});
  const checkpoint::Value& moments = value.find("optimizer")->find("state")->dict("state").at(0).second;
  const at::Tensor weight = value.find("state_dict")->find(model[0].first)->tensor("weight");
  const at::Tensor average = moments.find("exp_avg")->tensor("average");
  const at::Tensor weight_before = weight.clone();
  const at::Tensor average_before = average.clone();
  step();
  EXPECT_FALSE(model[0].second.equal(weight_before));
  EXPECT_TRUE(weight.equal(weight_before));
  EXPECT_TRUE(average.equal(average_before));
  EXPECT_EQ(moments.find("step")->tensor("step").item<double>(), 1);
}

TEST(RunCheckpoint, RefusesEachDifferenceByNameButNotThreads) {
  NamedTensors model = small_model();
  AdamW optimizer(model, {});
  const checkpoint::Value value = run_checkpoint(weights_of(model), &optimizer, identity(), {});
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

TEST(AllFinite, HoldsUnlessAnyValueIsNot) {
  const NamedTensors model = small_model();
  EXPECT_TRUE(all_finite(weights_of(model)));
  const at::NoGradGuard no_grad;
  model[1].second[7] = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(all_finite(weights_of(model)));
}

} // namespace
} // namespace brainmvp::train
