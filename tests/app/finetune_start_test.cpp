// What `brainmvp finetune` starts from.
#include <unistd.h>

#include "app/finetune_runs.h"
#include "base/program_path.h"
#include "support/process.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::ProcessResult;

class FinetuneStart : public test::FinetuneRuns {};

TEST_F(FinetuneStart, SaysWhatBecameOfEveryTensorAndStudy) {
  const ProcessResult result = finetune("segment", "said", {"--steps", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* part :
       {"encoder.patch_embed1.proj.weight", "no label map", "dora", "no foreground", "carla", "channels flair, t1, t2"}) {
    EXPECT_TRUE(contains(result.err, part)) << part << "\n" << result.err;
  }
}

TEST_F(FinetuneStart, TakesWeightsThatComeWithTheProgramByTheirName) {
  const ProcessResult result = finetune("segment", "named",
                                        {"--init", "brainmvp-tiny-sim", "--crop", "32", "--steps", "1", "--learning-rate", "0",
                                         "--weight-decay", "0", "--precision", "fp32"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* part :
       {"fine-tuning uniformer_tiny from brainmvp-tiny-sim", "encoder.patch_embed1.proj.weight (channels flair, t1, t2 of "}) {
    EXPECT_TRUE(contains(result.err, part)) << part << "\n" << result.err;
  }
  const fs::path shipped = path_of_program().parent_path().parent_path() / "lib/brainmvp/models/brainmvp-tiny-sim.safetensors";
  const ProcessResult python = test::run_python(R"py(
import json, sys, torch
from safetensors import safe_open
now = torch.load(sys.argv[1], weights_only=True)["state_dict"]
with safe_open(sys.argv[2], "pt") as file:
    channels = json.loads(file.metadata()["channels"])
    compared = 0
    for name in file.keys():
        weights = file.get_tensor(name).float()
        if name.endswith("proj.weight") and weights.shape[1] == len(channels):
            weights = weights[:, [channels.index(one) for one in ("flair", "t1", "t2")]]
        if "running" in name or "num_batches" in name or weights.shape != now[name].shape:
            continue
        scale = (now[name] / weights).nanmedian().item()
        assert torch.allclose(now[name], weights * scale), name
        assert scale == 1 or "proj.weight" in name, (name, scale)
        compared += 1
    assert compared > 150, compared
)py",
                                                {run("named") / "checkpoints/last.pt", shipped});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(FinetuneStart, RefusesANameThatIsTwoThingsAndOneThatIsNone) {
  const fs::path here = run("here");
  fs::create_directories(here / "brainmvp-tiny-sim");
  test::Process twice(test::brainmvp_command(command("segment", "twice", {"--init", "brainmvp-tiny-sim"})),
                      [&] { ASSERT_EQ(::chdir(here.c_str()), 0); });
  const ProcessResult both = twice.wait();
  EXPECT_EQ(both.exit_code, 2) << both.err;
  EXPECT_TRUE(contains(both.err, "write ./brainmvp-tiny-sim for that")) << both.err;
  const ProcessResult none = finetune("segment", "none", {"--init", "brainmvp-tiny"});
  EXPECT_EQ(none.exit_code, 4) << none.err;
  EXPECT_TRUE(contains(none.err, "weights that come with the program: brainmvp-tiny-sim")) << none.err;
}

TEST_F(FinetuneStart, RefusesTemplatesOfAnotherVoxelSize) {
  const fs::path coarse = run("coarse_store");
  fs::copy(store(), coarse, fs::copy_options::recursive);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(coarse)) {
    if (entry.path().extension() == ".json") {
      const std::string fine = "\"spacing_mm\": 1";
      std::string text = test::read_text(entry.path());
      ASSERT_NE(text.find(fine), std::string::npos) << text;
      test::write_text(entry.path(), text.replace(text.find(fine), fine.size(), "\"spacing_mm\": 2"));
    }
  }
  const ProcessResult result = test::run_brainmvp({"finetune", "segment", coarse, "-o", run("coarse"), "--recipe", "tiny",
                                                   "--crop", "16", "--steps", "1", "--init", run("pre")});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_TRUE(contains(result.err, "--spacing 1")) << result.err;
}

TEST_F(FinetuneStart, AnInflatedStemIsThePretrainedOneOverTheChannels) {
  ASSERT_EQ(finetune("segment", "inflated", {"--steps", "1", "--learning-rate", "0", "--channels", "T1w,t2f"}).exit_code, 0);
  const ProcessResult python = test::run_python(R"py(
import sys, torch
a, b = (torch.load(p, weights_only=True)["state_dict"] for p in sys.argv[1:3])
stem = a["encoder.patch_embed1.proj.weight"]
old = b["encoder.uniformer.patch_embed1.proj.weight"]
assert torch.allclose(stem, (old / 2).expand_as(stem)), (stem - old / 2).abs().max()
assert torch.equal(a["encoder.blocks3.0.attn.qkv.weight"], b["encoder.uniformer.blocks3.0.attn.qkv.weight"])
)py",
                                                {run("inflated") / "checkpoints/last.pt", run("pre") / "checkpoints/last.pt"});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(FinetuneStart, TheEncoderHasItsOwnRateAndDecayIsAShareOfTheWeightsOrGoesThroughTheGradient) {
  const Arguments once{"--steps", "1", "--weight-decay", "0.5"};
  const auto trained = [&](const std::string& name, const Arguments& more) {
    Arguments all = once;
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_EQ(finetune("segment", name, all).exit_code, 0) << name;
    return (run(name) / "checkpoints/last.pt").string();
  };
  const std::string start = trained("still", {"--learning-rate", "0"});
  const std::string slow = trained("slow", {"--learning-rate", "1e-3", "--encoder-rate", "0.1", "--decay", "coupled"});
  const std::string shared = trained("shared", {"--learning-rate", "1e-3", "--encoder-rate", "0.1"});
  const ProcessResult python = test::run_python(R"py(
import sys, torch
start, slow, shared = (torch.load(p, weights_only=True)["state_dict"] for p in sys.argv[1:4])
def check(trained, decay):
    largest = {True: 0, False: 0}
    for name, x in start.items():
        if x.is_floating_point() and "running" not in name:
            encoder = name.startswith("encoder.")
            rate = 1e-4 if encoder else 1e-3
            largest[encoder] = max(largest[encoder], (trained[name] - x * (1 - rate * decay)).abs().max().item())
    assert abs(largest[True] - 1e-4) < 2e-6 and abs(largest[False] - 1e-3) < 2e-5, largest
check(slow, 0) # Adam's first step is the rate, whatever the decay
check(shared, 0.5)
)py",
                                                {start, slow, shared});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(FinetuneStart, AStemThatIsDrawnAnewLearnsAtTheFullRate) {
  const auto trained = [&](const std::string& name, const std::string& rate) {
    EXPECT_EQ(
        finetune("segment", name,
                 {"--steps", "1", "--weight-decay", "0", "--stem", "reinit", "--encoder-rate", "0.1", "--learning-rate", rate})
            .exit_code,
        0);
    return (run(name) / "checkpoints/last.pt").string();
  };
  const std::string start = trained("drawn_still", "0"), moved = trained("drawn", "1e-3");
  const ProcessResult python = test::run_python(R"py(
import sys, torch
start, moved = (torch.load(p, weights_only=True)["state_dict"] for p in sys.argv[1:3])
step = {name: (moved[name] - x).abs().max().item() for name, x in start.items() if x.is_floating_point()}
assert abs(step["encoder.patch_embed1.proj.weight"] - 1e-3) < 2e-5, step["encoder.patch_embed1.proj.weight"]
assert abs(step["encoder.patch_embed2.proj.weight"] - 1e-4) < 2e-6, step["encoder.patch_embed2.proj.weight"]
)py",
                                                {start, moved});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

TEST_F(FinetuneStart, BothBackbonesStartFromScratch) {
  for (const char* network : {"uniformer_tiny", "unet"}) {
    for (const char* kind : {"segment", "classify"}) {
      const std::string name = std::string(network) + kind;
      const ProcessResult result = finetune(kind, name, {"--init", "scratch", "--network", network, "--steps", "1"});
      EXPECT_EQ(result.exit_code, 0) << result.err;
    }
  }
}

TEST_F(FinetuneStart, AFineTunedModelIsAStartToo) {
  ASSERT_EQ(finetune("segment", "earlier", {"--steps", "1"}).exit_code, 0);
  const ProcessResult result = finetune("segment", "later", {"--steps", "1", "--init", run("earlier")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const ProcessResult pretrained = test::run_brainmvp(
      {"pretrain", store(), "-o", run("back"), "--init", run("earlier"), "--recipe", "tiny", "--crop", "16", "--steps", "1"});
  EXPECT_EQ(pretrained.exit_code, 4) << pretrained.err;
  EXPECT_TRUE(contains(pretrained.err, "is a network of finetune segment; pretrain starts from a run of pretrain"))
      << pretrained.err;
}

} // namespace
} // namespace brainmvp
