// `brainmvp finetune` as a process.
#include "app/finetune_runs.h"
#include "io/image_file.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::metrics;
using test::ProcessResult;

class Finetune : public test::FinetuneRuns {};

TEST_F(Finetune, ResumingASegmentationContinuesTheExactCurve) {
  const ProcessResult straight = finetune("segment", "straight", {"--augmentation", "full", "--loader-threads", "1"});
  ASSERT_EQ(straight.exit_code, 0) << straight.err;
  const auto expected = metrics(run("straight"));
  ASSERT_EQ(expected.size(), 6U);
  for (const char* name : {"supervised", "consistency", "learning_rate"}) {
    EXPECT_TRUE(expected.front().contains(name)) << name;
  }
  EXPECT_TRUE(expected.back().contains("validation_dice_lesion"));
  const Arguments three_loaders{"--augmentation", "full", "--loader-threads", "3"};
  EXPECT_EQ(test::stop_with_signal(command("segment", "killed", three_loaders), run("killed"), 3, SIGKILL), 128 + SIGKILL);
  const ProcessResult resumed = finetune("segment", "killed", {"--augmentation", "full", "--loader-threads", "1", "--resume"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(metrics(run("killed")), expected);
  test::expect_same_checkpoint(run("straight") / "checkpoints/last.pt", run("killed") / "checkpoints/last.pt",
                               run("straight") / "checkpoints/step_00000002.pt", "decoder.out.conv.conv.weight");
}

TEST_F(Finetune, HasTheSameBitsWithAnyNumberOfThreads) {
  for (const std::string kind : {"segment", "classify"}) {
    const Arguments options{"--precision", "fp32", "--augmentation",   "full", "--crop", "32",
                            "--steps",     "2",    "--validate-every", "2"};
    const auto with_threads = [&](const std::string& threads) {
      Arguments all = options;
      all.insert(all.end(), {"--threads", threads});
      const ProcessResult result = finetune(kind, kind + threads, all);
      EXPECT_EQ(result.exit_code, 0) << result.err;
      return metrics(run(kind + threads));
    };
    EXPECT_EQ(with_threads("3"), with_threads("1")) << kind;
  }
}

TEST_F(Finetune, ChoosesForTheStoreAndSaysWhatAndWhy) {
  const Arguments bare{"finetune", "segment", store(), "-o", run("chosen"), "--init", run("pre"), "--threads", "1"};
  Arguments first = bare;
  first.insert(first.end(), {"--stop-after", "1"});
  const ProcessResult result = test::run_brainmvp(first);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string why = "recipe auto, for 3 studies of about 17 x 18 x 19 voxels of 1 mm, no GPU, ";
  EXPECT_TRUE(contains(result.err, why)) << result.err;
  EXPECT_TRUE(contains(result.err, ": recipe tiny, crops of 32 voxels, 500 steps (about 333 passes over the studies); --recipe "
                                   "paper takes the paper's values"))
      << result.err;
  const std::string config = test::read_text(run("chosen") / "config.toml");
  for (const char* line : {"recipe = \"tiny\"", "crop = [32, 32, 32]", "steps = 500"}) {
    EXPECT_TRUE(contains(config, line)) << config;
  }
  Arguments resumed = bare;
  resumed.insert(resumed.end(), {"--resume", "--stop-after", "2"});
  const ProcessResult rest = test::run_brainmvp(resumed);
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_FALSE(contains(rest.err, "recipe auto")) << rest.err;
  const ProcessResult given = finetune("classify", "given", {"--recipe", "auto", "--steps", "1"});
  ASSERT_EQ(given.exit_code, 0) << given.err;
  EXPECT_TRUE(contains(given.err, " memory free: recipe tiny; --recipe paper")) << given.err;
}

TEST_F(Finetune, RefusesACropOfOneDeepVoxelBeforeThereIsAFolder) {
  const ProcessResult result = finetune("segment", "deep", {"--init", "scratch", "--network", "resenc_s"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_TRUE(contains(result.err, "the deepest features are one voxel")) << result.err;
  EXPECT_FALSE(fs::exists(run("deep")));
}

TEST_F(Finetune, ItsCheckpointHoldsAllThatPredictionNeeds) {
  ASSERT_EQ(finetune("segment", "held", {"--steps", "1", "--channels", "t1,flair"}).exit_code, 0);
  const ProcessResult python = test::run_python(R"py(
import sys, torch
c = torch.load(sys.argv[1], weights_only=True)
assert c["task"] == "segment" and c["channels"] == ["t1", "flair"] and c["network"] == "uniformer_tiny", c["channels"]
assert c["labels"] == {"background": 0, "lesion": 1}, c["labels"]
t = c["templates"]
assert t.shape == (2, 24, 24, 32) and t.min() >= 0 and t.max() <= 1, t.shape
assert c["has_template"] == [True, True]
assert c["state_dict"]["encoder.patch_embed1.proj.weight"].shape[1] == 2
)py",
                                                {run("held") / "checkpoints/last.pt"});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(Finetune, TheLossIsTheSupervisedOneAndTheWeightedConsistency) {
  for (const auto& [name, weight] : {std::pair("weight_default", 0.1), std::pair("weight_other", 0.7)}) {
    Arguments more{"--steps", "4"};
    if (weight != 0.1) {
      more.insert(more.end(), {"--weight-consistency", "0.7"});
    }
    ASSERT_EQ(finetune("segment", name, more).exit_code, 0);
    double largest = 0;
    for (const auto& line : metrics(run(name))) {
      const auto consistency = line["consistency"].get<double>();
      EXPECT_NEAR(line["loss"].get<double>(), line["supervised"].get<double>() + weight * consistency, 1e-5);
      largest = std::max(largest, consistency);
    }
    EXPECT_GT(largest, 1e-4) << "the mixtures differ";
  }
}

TEST_F(Finetune, AClassificationResumesToTheBitAndRecordsItsMetrics) {
  const ProcessResult straight = finetune("classify", "classes");
  ASSERT_EQ(straight.exit_code, 0) << straight.err;
  EXPECT_TRUE(contains(straight.err, "classes AD, CN")) << straight.err;
  EXPECT_TRUE(contains(straight.err, "dora")) << straight.err; // has no class
  EXPECT_TRUE(metrics(run("classes")).back().contains("validation_auc"));
  ASSERT_EQ(finetune("classify", "classes_again", {"--stop-after", "3"}).exit_code, 0);
  ASSERT_EQ(finetune("classify", "classes_again", {"--resume"}).exit_code, 0);
  EXPECT_EQ(metrics(run("classes_again")), metrics(run("classes")));
  test::expect_same_checkpoint(run("classes") / "checkpoints/last.pt", run("classes_again") / "checkpoints/last.pt",
                               run("classes") / "checkpoints/step_00000002.pt", "head.weight");
}

// As versions wrote it that drew a class from a stream which other seeds share.
TEST_F(Finetune, AClassificationOfAnEarlierVersionGoesOnAndSaysThatTheOrderChanges) {
  ASSERT_EQ(finetune("classify", "old_order", {"--stop-after", "3"}).exit_code, 0);
  const auto resumed = [](const Arguments& more) {
    const ProcessResult result = finetune("classify", "old_order", more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return contains(result.err, "drew the studies of a class in another order");
  };
  EXPECT_FALSE(resumed({"--resume", "--stop-after", "4"}));
  const ProcessResult python = test::run_python(R"py(
import sys, torch
c = torch.load(sys.argv[1], weights_only=True)
del c["class_streams"]
torch.save(c, sys.argv[1])
)py",
                                                {run("old_order") / "checkpoints/last.pt"});
  ASSERT_EQ(python.exit_code, 0) << python.err;
  EXPECT_TRUE(resumed({"--resume", "--stop-after", "5"}));
  EXPECT_FALSE(resumed({"--resume"}));
}

// As versions wrote it that knew only Adam, whose decay is coupled.
TEST_F(Finetune, ARunOfAnEarlierVersionKeepsItsDecay) {
  const Arguments decay{"--weight-decay", "0.1"};
  const auto with_decay = [&](const std::string& name, Arguments more) {
    more.insert(more.end(), decay.begin(), decay.end());
    EXPECT_EQ(finetune("segment", name, more).exit_code, 0) << name;
  };
  with_decay("adam", {"--decay", "coupled"});
  with_decay("old_adam", {"--decay", "coupled", "--stop-after", "3"});
  const std::filesystem::path config = run("old_adam") / "config.toml";
  std::string text = test::read_text(config);
  const std::string line = "decay = \"coupled\"\n";
  const std::size_t place = text.find("\n" + line);
  ASSERT_NE(place, std::string::npos) << text;
  test::write_text(config, text.erase(place + 1, line.size()));
  with_decay("old_adam", {"--resume"});
  EXPECT_EQ(metrics(run("old_adam")), metrics(run("adam")));
  with_decay("adam_w", {});
  EXPECT_NE(metrics(run("adam_w")), metrics(run("adam")));
}

TEST_F(Finetune, RefusesTheTaskOfAnotherDataSet) {
  const ProcessResult segmented = finetune("segment", "other", {"--task", "brats2023-ped"});
  EXPECT_EQ(segmented.exit_code, 2) << segmented.err;
  EXPECT_TRUE(contains(segmented.err, "declared as background 0, lesion 1, and those of --task are background 0,"));
  EXPECT_FALSE(fs::exists(run("other")));
}

TEST_F(Finetune, RefusesMasksThatShareNoValue) {
  image::Volume head{.size = {20, 20, 20}, .affine = {}, .data = test::fill("head", std::size_t{8000})};
  for (float& value : head.data) {
    value += 2;
  }
  nlohmann::json training = nlohmann::json::array();
  for (const auto& [id, value] : {std::pair("p0", 1), std::pair("p1", 1), std::pair("p2", 255)}) {
    image::LabelVolume mask{.size = head.size, .affine = {}, .data = std::vector<std::int32_t>(8000)};
    std::fill_n(mask.data.begin() + 4000, 400, value);
    io::write_nifti(run(std::string(id) + "_flair.nii.gz"), head);
    io::write_nifti(run(std::string(id) + "_seg.nii.gz"), mask, {.type = io::StoredType::kUint8});
    training.push_back({{"id", id}, {"image", {std::string(id) + "_flair.nii.gz"}}, {"label", std::string(id) + "_seg.nii.gz"}});
  }
  const auto result_with = [&](const nlohmann::json& labels, const std::string& name) {
    nlohmann::json list{{"training", training}};
    if (!labels.empty()) {
      list["labels"] = labels;
    }
    test::write_text(run(name + ".json"), list.dump());
    const ProcessResult prepared = test::run_brainmvp({"prepare", run(name + ".json"), "-o", run(name + "_store")});
    EXPECT_EQ(prepared.exit_code, 0) << prepared.err;
    return test::run_brainmvp({"finetune", "segment", run(name + "_store"), "-o", run(name), "--init", "scratch", "--recipe",
                               "tiny", "--crop", "16", "--steps", "1", "--batch-size", "1", "--threads", "1"});
  };
  const ProcessResult mixed = result_with({}, "mixed");
  EXPECT_EQ(mixed.exit_code, 4) << mixed.err;
  EXPECT_TRUE(contains(mixed.err, "the values 1 (p0, p1) and 255 (p2) never stand in one label map")) << mixed.err;
  const ProcessResult ignoring = result_with({{"background", 0}, {"lesion", 1}, {"ignore", 255}}, "ignoring");
  EXPECT_EQ(ignoring.exit_code, 0) << ignoring.err;
  EXPECT_TRUE(contains(ignoring.err, "exclusive labels background, lesion, without voxels of the value 255")) << ignoring.err;
  const ProcessResult unseen = result_with({{"background", 0}, {"lesion", 1}, {"rare", 7}, {"other", 255}}, "unseen");
  EXPECT_EQ(unseen.exit_code, 0) << unseen.err;
  EXPECT_TRUE(contains(unseen.err, "no training study has any voxel of rare")) << unseen.err;
}

TEST_F(Finetune, RefusesWhatCannotWork) {
  const auto refused = [](const ProcessResult& result, int code, const char* part) {
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_TRUE(contains(result.err, part)) << part << "\n" << result.err;
  };
  refused(finetune("segment", "bad", {"--crop", "20"}), 2, "multiples of 16");
  refused(finetune("segment", "bad", {"--network", "unet"}), 2, "uniformer_tiny");
  refused(finetune("segment", "bad", {"--init", "/nonexistent.pt"}), 4, "/nonexistent.pt");
  refused(finetune("segment", "bad", {"--channels", "dwi"}), 3, "dwi");
  refused(finetune("segment", "bad", {"--channels", "flair,banana"}), 3, "banana: no training study has it; they have");
  refused(finetune("segment", "bad", {"--channels", "t1,T1w"}), 2, "T1w: is t1, which is named already");
  refused(finetune("paint", "bad"), 2, "finetune");
  const fs::path undeclared = run("undeclared");
  test::write_handmade_store(undeclared,
                             {{.id = "anna", .size = {20, 18, 16}, .modalities = {"t1"}, .label = true, .label_values = 3}});
  refused(test::run_brainmvp({"finetune", "segment", undeclared, "-o", run("bad"), "--init", "scratch"}), 4, "the value 2 in");
  EXPECT_FALSE(fs::exists(run("bad")));
}

} // namespace
} // namespace brainmvp
