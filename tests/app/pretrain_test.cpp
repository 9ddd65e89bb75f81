// `brainmvp pretrain` as a process, on a small store with a small network.
#include "app/run_checks.h"
#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::expect_same_checkpoint;
using test::metrics;
using test::ProcessResult;
using test::stop_with_signal;
using Arguments = std::vector<std::string>;

class Pretrain : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    write_store(*folder_ / "store");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static void write_store(const fs::path& store) {
    test::write_handmade_store(
        store, {{.id = "anna", .size = {20, 18, 16}, .modalities = {"t1", "t2", "flair"}},
                {.id = "berta", .size = {17, 23, 19}, .modalities = {"t1", "t2"}},
                {.id = "carla", .size = {12, 16, 30}, .modalities = {"t1"}},
                {.id = "dora", .size = {18, 18, 18}, .modalities = {"t1", "dwi"}, .split = study::Split::kValidation}});
  }

  static std::string store() { return *folder_ / "store"; }
  static fs::path run(const std::string& name) { return *folder_ / name; }

  // A command that makes a run of `name`, with options that `more` may replace; a step takes well below a second.
  static Arguments command(const std::string& name, const Arguments& more = {}) {
    const std::vector<Arguments> defaults{{"--recipe", "tiny"},      {"--crop", "16"},
                                          {"--batch-size", "2"},     {"--accumulate", "2"},
                                          {"--threads", "1"},        {"--template-size", "24", "24", "32"},
                                          {"--seed", "7"},           {"--checkpoint-every", "4"},
                                          {"--validate-every", "4"}, {"--log-images-every", "5"}};
    return test::with_options({"pretrain", store(), "-o", run(name)}, defaults, more);
  }
  static ProcessResult pretrain(const std::string& name, const Arguments& more = {}) {
    return test::run_brainmvp(command(name, more));
  }

private:
  static test::TemporaryFolder* folder_;
};
test::TemporaryFolder* Pretrain::folder_ = nullptr;

TEST_F(Pretrain, ResumingAfterASignalContinuesTheExactCurve) {
  const ProcessResult straight = pretrain("straight", {"--steps", "12", "--keep", "2", "--loader-threads", "1"});
  ASSERT_EQ(straight.exit_code, 0) << straight.err;
  const auto expected = metrics(run("straight"));
  ASSERT_EQ(expected.size(), 12U);
  EXPECT_GT(expected.back()["contrastive"], 0);
  EXPECT_TRUE(fs::exists(run("straight") / "checkpoints/step_00000008.pt"));
  EXPECT_FALSE(fs::exists(run("straight") / "checkpoints/step_00000004.pt"));
  EXPECT_TRUE(fs::exists(run("straight") / "checkpoints/best.pt"));

  const Arguments three_loaders{"--steps", "12", "--loader-threads", "3"};
  EXPECT_EQ(stop_with_signal(command("killed", three_loaders), run("killed"), 6, SIGKILL), 128 + SIGKILL);
  EXPECT_EQ(stop_with_signal(command("interrupted", three_loaders), run("interrupted"), 6, SIGINT), 130);
  for (const char* name : {"killed", "interrupted"}) {
    const ProcessResult resumed = pretrain(name, {"--steps", "12", "--loader-threads", "1", "--resume"});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_TRUE(contains(resumed.err, "store.loader_threads was 3")) << resumed.err;
    EXPECT_EQ(metrics(run(name)), expected) << name;
    expect_same_checkpoint(run("straight") / "checkpoints/last.pt", run(name) / "checkpoints/last.pt",
                           run("straight") / "checkpoints/step_00000008.pt", "rep_template");
  }
}

TEST_F(Pretrain, ValidationTellsHowWellImagesAreRestoredAndWhatTheTemplateAloneGives) {
  const ProcessResult result =
      pretrain("validated", {"--steps", "2", "--validate-every", "1", "--learning-rate", "0", "--weight-distillation", "10"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto last = metrics(run("validated")).back();
  const auto error = [&](const char* name) { return std::pow(10, -0.1 * last[name].get<double>()); };
  EXPECT_NEAR(last["validation_loss"].get<double>(), 10 * error("validation_psnr_view1") + error("validation_psnr_view2"), 1e-5);
  EXPECT_GT(last["validation_psnr_template"], last["validation_psnr_view1"]) << "no network has learned yet";
}

TEST_F(Pretrain, WithoutOptionsTakesWhatSuitsTheStoreAndSaysIt) {
  const ProcessResult result =
      test::run_brainmvp({"pretrain", store(), "-o", run("automatic"), "--steps", "2", "--threads", "1", "--device", "cpu"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"recipe auto, for 3 studies of about 17 x 18 x 19 voxels of 1 mm, no GPU", "recipe tiny, crops of 32",
                           "templates of 32 x 32 x 32 voxels of 1 mm, as the store has them", "--recipe paper",
                           "best: ", "next: brainmvp finetune segment STORE --init "}) {
    test::expect_part(result.err, part);
  }
  EXPECT_FALSE(contains(result.err, "templates start from zero")) << result.err;
  const std::string config = test::read_text(run("automatic") / "config.toml");
  for (const char* part : {"recipe = \"tiny\"", "template_size = [32, 32, 32]", "device = \"cpu\"", "template_init = \"mean\""}) {
    test::expect_part(config, part);
  }
}

// A run that was begun before has its templates' size in its configuration.
TEST_F(Pretrain, ResumingKeepsTheSizeOfTheTemplates) {
  const ProcessResult begun = pretrain("sized", {"--steps", "4", "--stop-after", "2", "--template-size", "40", "24", "32"});
  ASSERT_EQ(begun.exit_code, 0) << begun.err;
  const ProcessResult rest = test::run_brainmvp({"pretrain", store(), "-o", run("sized"), "--resume"});
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_FALSE(contains(rest.err, "recipe auto")) << rest.err;
  test::expect_part(test::read_text(run("sized") / "config.toml"), "template_size = [40, 24, 32]");
}

TEST_F(Pretrain, StopsAsAskedAndGoesOnFromItsFolderAlone) {
  ASSERT_EQ(pretrain("asked", {"--steps", "6", "--stop-after", "3"}).exit_code, 0);
  EXPECT_EQ(metrics(run("asked")).size(), 3U);
  const ProcessResult rest = test::run_brainmvp({"pretrain", store(), "-o", run("asked"), "--resume"});
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_EQ(metrics(run("asked")).size(), 6U);
  EXPECT_EQ(metrics(run("asked"))[2]["step"], 3);
  const ProcessResult again = test::run_brainmvp({"pretrain", store(), "-o", run("asked"), "--resume"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(contains(again.err, "nothing to do")) << again.err;
}

TEST_F(Pretrain, InspectTellsHowFarARunIsAndFindsADamagedCheckpoint) {
  ASSERT_EQ(pretrain("inspected", {"--steps", "2"}).exit_code, 0);
  const ProcessResult whole = test::run_brainmvp({"inspect", run("inspected")});
  EXPECT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_TRUE(contains(whole.out, "step: 2\n")) << whole.out;
  EXPECT_TRUE(contains(whole.out, ", step 2, can be resumed from")) << whole.out;
  const fs::path last = run("inspected") / "checkpoints/last.pt";
  fs::resize_file(last, fs::file_size(last) / 2);
  const ProcessResult damaged = test::run_brainmvp({"inspect", run("inspected")});
  EXPECT_EQ(damaged.exit_code, 4);
  EXPECT_TRUE(contains(damaged.err, "checkpoints/last.pt")) << damaged.err;
}

TEST_F(Pretrain, ItsConfigurationRepeatsTheRun) {
  ASSERT_EQ(pretrain("first", {"--steps", "3", "--learning-rate", "2e-4"}).exit_code, 0);
  const std::string config = test::read_text(run("first") / "config.toml");
  EXPECT_TRUE(contains(config, "weight_decay = 1e-05\n")) << config;
  EXPECT_FALSE(contains(config, "epochs")) << config;
  const ProcessResult second =
      test::run_brainmvp({"pretrain", store(), "-o", run("second"), "--config", run("first") / "config.toml"});
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(test::read_text(run("second") / "config.toml"), config);
  EXPECT_EQ(metrics(run("second")), metrics(run("first")));
}

TEST_F(Pretrain, RefusesToBendTheCurveAndSaysWhatDiffers) {
  ASSERT_EQ(pretrain("bent", {"--steps", "4", "--stop-after", "2"}).exit_code, 0);
  const ProcessResult rate = pretrain("bent", {"--steps", "4", "--resume", "--learning-rate", "0.1"});
  EXPECT_EQ(rate.exit_code, 2);
  EXPECT_TRUE(contains(rate.err, "train.learning_rate was 0.001 and is now 0.1")) << rate.err;
  const ProcessResult network = pretrain("bent", {"--steps", "4", "--resume", "--network", "unet"});
  EXPECT_EQ(network.exit_code, 2);
  EXPECT_TRUE(contains(network.err, "pretrain.network was")) << network.err;
  const fs::path changed = run("changed_store");
  test::write_handmade_store(changed, {{.id = "anna", .size = {20, 18, 16}, .modalities = {"t1", "t2"}}});
  const ProcessResult other = test::run_brainmvp({"pretrain", changed, "-o", run("bent"), "--resume"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_TRUE(contains(other.err, "store_fingerprint was")) << other.err;
}

TEST_F(Pretrain, AnExistingRunIsRefusedBeforeAnyWork) {
  ASSERT_EQ(pretrain("there", {"--steps", "1"}).exit_code, 0);
  const std::string before = test::read_text(run("there") / "metrics.jsonl");
  const ProcessResult refused = pretrain("there", {"--steps", "1"});
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_TRUE(contains(refused.err, "--resume")) << refused.err;
  EXPECT_EQ(test::run_brainmvp({"pretrain", "/nonexistent", "-o", run("there")}).exit_code, 5);
  EXPECT_EQ(test::read_text(run("there") / "metrics.jsonl"), before);
  EXPECT_EQ(pretrain("there", {"--steps", "2", "--force"}).exit_code, 0);
  EXPECT_EQ(metrics(run("there")).size(), 2U);
}

TEST_F(Pretrain, DivergenceNamesTheStudiesAndKeepsTheLastGoodCheckpoint) {
  const ProcessResult diverged = pretrain("diverged", {"--steps", "8", "--learning-rate", "1e30", "--checkpoint-every", "1"});
  EXPECT_EQ(diverged.exit_code, 7) << diverged.err;
  EXPECT_TRUE(contains(diverged.err, "not finite in the batch of studies berta, carla;")) << diverged.err;
  const ProcessResult finite = test::run_python(R"py(
import sys, torch, os
if os.path.exists(sys.argv[1]):
    assert all(t.isfinite().all() for t in torch.load(sys.argv[1], weights_only=True)["state_dict"].values())
)py",
                                                {run("diverged") / "checkpoints/last.pt"});
  EXPECT_EQ(finite.exit_code, 0) << finite.err;
}

TEST_F(Pretrain, ARunThatEndsWorseThanItBeganSaysSo) {
  const ProcessResult result = pretrain("worse", {"--steps", "24", "--learning-rate", "0.1", "--accumulate", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "it ends worse than it began: ")) << result.err;
  EXPECT_TRUE(contains(test::run_brainmvp({"inspect", run("worse")}).out, "it ends worse than it began: "));
}

TEST_F(Pretrain, InitTakesAPublishedCheckpointAndListsWhatItUsed) {
  ASSERT_EQ(pretrain("earlier", {"--steps", "1"}).exit_code, 0);
  const ProcessResult made = test::run_python(R"py(
import sys, torch
state = {"module." + name: tensor for name, tensor in torch.load(sys.argv[1], weights_only=True)["state_dict"].items()}
state["module.encoder.uniformer.norm.weight"] = torch.full((192,), 0.5)
state["module.other"] = torch.zeros(3)
state["module.rep_template"] = torch.zeros(8, 4, 4, 4)
torch.save({"state_dict": state}, sys.argv[2])
)py",
                                              {run("earlier") / "checkpoints/last.pt", run("published.pt")});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const ProcessResult result =
      pretrain("init", {"--steps", "1", "--learning-rate", "0", "--weight-decay", "0", "--init", run("published.pt")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "other")) << result.err;
  EXPECT_TRUE(contains(result.err, "rep_template")) << result.err;
  const ProcessResult used = test::run_python(R"py(
import sys, torch
assert (torch.load(sys.argv[1], weights_only=True)["state_dict"]["encoder.uniformer.norm.weight"] == 0.5).all()
)py",
                                              {run("init") / "checkpoints/last.pt"});
  EXPECT_EQ(used.exit_code, 0) << used.err;
}

TEST_F(Pretrain, RefusesWhatCannotWork) {
  EXPECT_EQ(pretrain("bad_steps", {"--steps", "1", "--epochs", "1"}).exit_code, 2);
  const ProcessResult crop = pretrain("bad_crop", {"--steps", "1", "--crop", "20"});
  EXPECT_EQ(crop.exit_code, 2);
  EXPECT_TRUE(contains(crop.err, "16")) << crop.err;
  EXPECT_EQ(pretrain("bad_grid", {"--steps", "1", "--template-size", "8", "24", "32"}).exit_code, 2);
  const ProcessResult memory = pretrain("bad_memory", {"--steps", "1", "--template-size", "9000", "9000", "9000"});
  EXPECT_EQ(memory.exit_code, 6) << memory.err;
  for (const char* name : {"bad_steps", "bad_crop", "bad_grid", "bad_memory"}) {
    EXPECT_FALSE(fs::exists(run(name))) << name;
  }
}

} // namespace
} // namespace brainmvp
