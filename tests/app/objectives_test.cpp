// Every objective of `brainmvp pretrain` as a process: to the end, taken up in between, and fine-tuned from.
#include "app/run_checks.h"
#include "base/text.h"
#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::metrics;
using test::ProcessResult;
using Arguments = std::vector<std::string>;

struct ObjectiveRun {
  std::string name;
  Arguments options = {};
  std::string moving = "encoder.patch_embed1.proj.weight";                           // a tensor of its checkpoints
  std::string pictures = "<span>Target</span><span>Input</span><span>Output</span>"; // their columns in the report
};

const std::vector<ObjectiveRun> kObjectiveRuns{
    {.name = "brainmvp",
     .options = {"--template-size", "32", "32", "32"},
     .moving = "rep_template",
     .pictures = "<span>Target</span><span>View 1</span>"},
    {.name = "mae", .moving = "encoder.uniformer.patch_embed1.proj.weight"},
    {.name = "simmim", .moving = "mask_value"},
    {.name = "simclr", .pictures = "<span>View 1</span><span>View 2</span></div>"},
    {.name = "genesis", .moving = "encoder.uniformer.patch_embed1.proj.weight"},
    {.name = "m3ae", .options = {"--template-size", "32", "32", "32", "--modalities", "flair,t1,t2"}, .moving = "rep_template"}};

void write_labelled_store(const fs::path& store) {
  std::vector<test::HandmadeStudy> studies{
      {.id = "anna", .size = {20, 18, 16}, .modalities = {"t1", "t2", "flair"}},
      {.id = "berta", .size = {17, 23, 19}, .modalities = {"t1", "t2"}},
      {.id = "carla", .size = {12, 16, 30}, .modalities = {"t1", "t2"}},
      {.id = "dora", .size = {18, 18, 18}, .modalities = {"t1"}, .split = study::Split::kValidation}};
  for (test::HandmadeStudy& study : studies) {
    study.label = true;
    study.label_values = 2;
  }
  test::write_handmade_store(store, studies);
}

class PretrainObjective : public testing::TestWithParam<ObjectiveRun> {
protected:
  PretrainObjective() { write_labelled_store(folder_ / "store"); }

  ProcessResult pretrain(const std::string& run, const Arguments& more) const {
    const std::vector<Arguments> defaults{
        {"--recipe", "tiny"},       {"--crop", "16"},      {"--threads", "1"},        {"--seed", "7"},
        {"--steps", "6"},           {"--accumulate", "2"}, {"--validate-every", "3"}, {"--checkpoint-every", "3"},
        {"--log-images-every", "2"}};
    Arguments command{"pretrain", folder_ / "store", "-o", folder_ / run, "--objective", GetParam().name};
    command.insert(command.end(), GetParam().options.begin(), GetParam().options.end());
    return test::run_brainmvp(test::with_options(command, defaults, more));
  }

  test::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Every, PretrainObjective, testing::ValuesIn(kObjectiveRuns),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_P(PretrainObjective, GoesOnToTheBitIsReportedAndItsEncoderIsFineTuned) {
  const ProcessResult straight = pretrain("straight", {"--loader-threads", "1"});
  ASSERT_EQ(straight.exit_code, 0) << straight.err;
  const auto lines = metrics(folder_ / "straight");
  ASSERT_EQ(lines.size(), 6U);
  for (const auto& line : lines) {
    EXPECT_TRUE(std::isfinite(line.at("loss").get<double>()));
  }
  EXPECT_TRUE(std::isfinite(lines.back().at("validation_loss").get<double>()));
  ASSERT_EQ(pretrain("parts", {"--loader-threads", "3", "--stop-after", "4"}).exit_code, 0);
  const ProcessResult rest = pretrain("parts", {"--loader-threads", "1", "--resume"});
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_EQ(metrics(folder_ / "parts"), lines);
  const fs::path checkpoints = folder_ / "straight" / "checkpoints";
  test::expect_same_checkpoint(checkpoints / "last.pt", folder_ / "parts/checkpoints/last.pt", checkpoints / "step_00000003.pt",
                               GetParam().moving);

  ASSERT_EQ(test::run_brainmvp({"report", folder_ / "straight", "-o", folder_ / "page.html"}).exit_code, 0);
  const std::string page = test::read_text(folder_ / "page.html");
  EXPECT_TRUE(contains(page, GetParam().pictures));
  EXPECT_EQ(contains(page, "Learned templates"), GetParam().moving == "rep_template");

  const ProcessResult tuned =
      test::run_brainmvp({"finetune", "segment", folder_ / "store", "-o", folder_ / "seg", "--init", folder_ / "straight",
                          "--recipe", "tiny", "--crop", "16", "--steps", "1", "--threads", "1", "--seed", "3"});
  ASSERT_EQ(tuned.exit_code, 0) << tuned.err;
  EXPECT_TRUE(contains(tuned.err, "not in the file, left as initialised (26): decoder.* (22), ms_out.* (4)\n")) << tuned.err;
}

TEST_P(PretrainObjective, HasTheSameBitsWithAnyNumberOfThreads) {
  const auto with_threads = [&](const std::string& threads) {
    const ProcessResult result =
        pretrain(threads, {"--crop", "32", "--steps", "2", "--validate-every", "2", "--threads", threads, "--precision", "fp32"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return metrics(folder_ / threads);
  };
  EXPECT_EQ(with_threads("3"), with_threads("1"));
}

TEST(PretrainObjectives, AllOfTheTableAreTried) {
  std::vector<std::string> names;
  for (const ObjectiveRun& run : kObjectiveRuns) {
    names.push_back(run.name);
  }
  const ProcessResult refused = test::run_brainmvp({"pretrain", "store", "-o", "run", "--objective", "nothing"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(contains(refused.err, "expected " + join(names, ", ") + ", found nothing")) << refused.err;
}

TEST(PretrainObjectives, WeightsOfAnotherObjectiveAreNamedAsThat) {
  const test::TemporaryFolder folder;
  write_labelled_store(folder / "store");
  const Arguments common{"--recipe", "tiny", "--crop", "16", "--steps", "1", "--threads", "1"};
  const auto pretrain = [&](const std::string& name, const Arguments& more) {
    Arguments command{"pretrain", folder / "store", "-o", folder / name};
    command.insert(command.end(), common.begin(), common.end());
    command.insert(command.end(), more.begin(), more.end());
    return test::run_brainmvp(command);
  };
  const ProcessResult first = pretrain("first", {"--objective", "m3ae", "--modalities", "t1,t2"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const ProcessResult refused = pretrain("second", {"--init", folder / "first"});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_TRUE(contains(refused.err,
                       "is of the objective m3ae, whose uniformer_tiny takes other inputs than that of brainmvp; use "
                       "--objective m3ae"))
      << refused.err;
  EXPECT_FALSE(contains(refused.err, "--network")) << refused.err;
  const ProcessResult deep = pretrain("deep", {"--network", "mednext_s"});
  EXPECT_EQ(deep.exit_code, 2);
  EXPECT_TRUE(contains(deep.err, "the deepest features are one voxel")) << deep.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "deep"));
}

// All but the layers whose outputs mean another thing: also where there is one output, as in the pre-training.
TEST(PretrainObjectives, ADecoderWithSkipsIsFineTunedToo) {
  const test::TemporaryFolder folder;
  write_labelled_store(folder / "store");
  for (const std::string objective : {"brainmvp", "mae", "genesis", "m3ae"}) {
    Arguments command{
        "pretrain", folder / "store", "-o", folder / objective, "--objective", objective,   "--decoder", "skips", "--recipe",
        "tiny",     "--steps",        "2",  "--crop",           "16",          "--threads", "1"};
    if (objective == "m3ae") {
      command.insert(command.end(), {"--modalities", "t1,t2"});
    }
    const ProcessResult trained = test::run_brainmvp(command);
    ASSERT_EQ(trained.exit_code, 0) << objective << trained.err;
    const ProcessResult tuned = test::run_brainmvp({"finetune", "segment", folder / "store", "-o", folder / (objective + "-seg"),
                                                    "--init", folder / objective, "--recipe", "tiny", "--channels", "t1,t2",
                                                    "--crop", "16", "--steps", "1", "--threads", "1"});
    ASSERT_EQ(tuned.exit_code, 0) << objective << tuned.err;
    EXPECT_TRUE(contains(tuned.err, "not in the file, left as initialised (6): decoder.out.* (2), ms_out.* (4)\n"))
        << objective << tuned.err;
  }
  const ProcessResult refused = test::run_brainmvp(
      {"pretrain", folder / "store", "-o", folder / "run", "--objective", "simclr", "--decoder", "skips", "--recipe", "tiny"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(contains(refused.err, "--decoder is a setting of brainmvp")) << refused.err;
}

TEST(PretrainObjectives, AnOptionOfAnotherIsRefused) {
  const test::TemporaryFolder folder;
  write_labelled_store(folder / "store");
  const ProcessResult refused =
      test::run_brainmvp({"pretrain", folder / "store", "-o", folder / "run", "--objective", "mae", "--template-init", "mean"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(contains(refused.err, "--template-init is a setting of brainmvp, not of --objective mae")) << refused.err;
}

} // namespace
} // namespace brainmvp
