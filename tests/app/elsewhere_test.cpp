// Checkpoints that other programs wrote: wrapped, in several files, incomplete, or of something else.
#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::expect_part;
using test::ProcessResult;
using Arguments = std::vector<std::string>;

class Elsewhere : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    test::write_handmade_store(
        *folder_ / "store", {{.id = "anna", .size = {20, 18, 16}, .modalities = {"t1", "t2"}, .label = true, .label_values = 2}});
    const ProcessResult made =
        test::run_brainmvp({"pretrain", *folder_ / "store", "-o", *folder_ / "pre", "--recipe", "tiny", "--crop", "16", "--steps",
                            "1", "--threads", "1", "--template-size", "24", "24", "32"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static fs::path file(const std::string& name) { return *folder_ / name; }

  // A script that finds the weights of the pre-training as `state`, and its arguments as `to`.
  static void write(const std::string& script, const std::vector<std::string>& to) {
    Arguments arguments{file("pre") / "checkpoints/last.pt"};
    arguments.insert(arguments.end(), to.begin(), to.end());
    const ProcessResult python = test::run_python("import json, sys, torch\n"
                                                  "from safetensors.torch import save_file\n"
                                                  "state = torch.load(sys.argv[1], weights_only=True)['state_dict']\n"
                                                  "to = sys.argv[2:]\n" +
                                                      script,
                                                  arguments);
    ASSERT_EQ(python.exit_code, 0) << python.err;
  }

  static ProcessResult finetune(const fs::path& init) {
    return test::run_brainmvp({"finetune", "segment", file("store"), "-o", file("tuned"), "-f", "--recipe", "tiny", "--crop",
                               "16", "--steps", "1", "--threads", "1", "--network", "uniformer_tiny", "--init", init});
  }
  static ProcessResult pretrain(const fs::path& init) {
    return test::run_brainmvp({"pretrain", file("store"), "-o", file("again"), "-f", "--recipe", "tiny", "--crop", "16",
                               "--steps", "1", "--threads", "1", "--template-size", "24", "24", "32", "--init", init});
  }
  static void expect_refused(const ProcessResult& result, const std::string& part) {
    EXPECT_EQ(result.exit_code, 4) << result.err;
    expect_part(result.err, part);
    EXPECT_FALSE(fs::exists(file("refused")));
  }

  // What the log says of the weights: all lines from "N of the model's M tensors were loaded" on.
  static std::string loaded(const ProcessResult& result) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const std::size_t end = result.err.find(" tensors were loaded");
    EXPECT_NE(end, std::string::npos) << result.err;
    return end == std::string::npos ? "" : result.err.substr(result.err.rfind('\n', end), end - result.err.rfind('\n', end));
  }

private:
  static test::TemporaryFolder* folder_;
};

test::TemporaryFolder* Elsewhere::folder_ = nullptr;

TEST_F(Elsewhere, NamesOfWrappersAreLeftOutAndSaid) {
  const std::string plain = loaded(finetune(file("pre")));
  const std::string again = loaded(pretrain(file("pre")));
  for (const std::string wrapper : {"_orig_mod.", "module.module.", "model.", "model._orig_mod.module."}) {
    write("torch.save({'state_dict': {to[1] + name: tensor for name, tensor in state.items()}}, to[0])", {file("w.pt"), wrapper});
    const ProcessResult tuned = finetune(file("w.pt"));
    EXPECT_EQ(loaded(tuned), plain) << wrapper;
    expect_part(tuned.err, "tensors: \"" + wrapper + "\" of ");
  }
  const ProcessResult trained = pretrain(file("w.pt"));
  EXPECT_EQ(loaded(trained), again);
  expect_part(trained.err, "\"model._orig_mod.module.\" of ");
  write("state['module.encoder.uniformer.norm.bias'] = state['encoder.uniformer.norm.bias']; torch.save(state, to[0])",
        {file("both.pt")});
  expect_refused(finetune(file("both.pt")), "are both encoder.uniformer.norm.bias without the names of wrappers");
}

constexpr const char* kWriteParts = R"py(
import os
os.makedirs(to[0], exist_ok=True)
names = sorted(state)
parts = {f"model-0000{i + 1}-of-00002.safetensors": names[i::2] for i in range(2)}
for part, own in parts.items():
    save_file({name: state[name].contiguous() for name in own}, f"{to[0]}/{part}")
places = {name: part for part, own in parts.items() for name in own}
json.dump({"metadata": {}, "weight_map": places}, open(f"{to[0]}/model.safetensors.index.json", "w"))
)py";

TEST_F(Elsewhere, AllPartsOfSeveralFilesAreRead) {
  const fs::path parts = file("parts");
  write(kWriteParts, {parts});
  const fs::path index = parts / "model.safetensors.index.json";
  const std::string plain = loaded(finetune(file("pre")));
  EXPECT_EQ(loaded(finetune(parts)), plain);
  EXPECT_EQ(loaded(finetune(index)), plain);
  EXPECT_EQ(loaded(pretrain(parts)), loaded(pretrain(file("pre"))));
  for (const fs::path& named : {parts, index}) {
    const ProcessResult inspected = test::run_brainmvp({"inspect", named});
    EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
    expect_part(inspected.out, "encoder.uniformer.blocks4.0.norm1.weight");
  }
  ASSERT_EQ(test::run_brainmvp({"convert", index, file("whole.pt")}).exit_code, 0);
  EXPECT_EQ(loaded(finetune(file("whole.pt"))), plain);

  const fs::path part = parts / "model-00002-of-00002.safetensors";
  expect_refused(finetune(part), "one part of a checkpoint of several files; name their folder");
  expect_refused(test::run_brainmvp({"convert", part, file("refused")}), "one part of a checkpoint");
  fs::rename(part, file("away"));
  expect_refused(finetune(parts), "1 of its 2 parts are not beside it: model-00002-of-00002.safetensors");
  fs::rename(parts / "model-00001-of-00002.safetensors", part);
  fs::rename(file("away"), parts / "model-00001-of-00002.safetensors");
  expect_refused(finetune(parts), "model-00001-of-00002.safetensors holds ");
  fs::remove(index);
  expect_refused(finetune(parts), "has parts of a checkpoint, and no index of them");
}

TEST_F(Elsewhere, HalfAnEncoderIsRefusedByWhatIsMissing) {
  write("torch.save({n: t for n, t in state.items() if '.blocks3.' not in n and '.blocks4.' not in n}, to[0])",
        {file("half.pt")});
  for (const ProcessResult& result : {finetune(file("half.pt")), pretrain(file("half.pt"))}) {
    expect_refused(result, "a part of an encoder: ");
    expect_part(result.err, "blocks3.* (");
    expect_part(result.err, "blocks4.* (");
  }
  write("del state['encoder.uniformer.blocks2.0.norm1.weight']; save_file(state, to[0])", {file("lacks.safetensors")});
  expect_refused(finetune(file("lacks.safetensors")), "missing are encoder.blocks2.0.norm1.weight;");
}

TEST_F(Elsewhere, OtherNetworksAreNamed) {
  write("for n in [n for n in state if '.blocks3.0.' in n]: state[n.replace('.blocks3.0.', '.blocks3.30.')] = state[n].clone()\n"
        "torch.save(state, to[0])",
        {file("larger.pt")});
  for (const ProcessResult& result : {finetune(file("larger.pt")), pretrain(file("larger.pt"))}) {
    expect_refused(result, "the encoder of a larger network: it has ");
    expect_part(result.err, "encoder.uniformer.blocks3.30.* (");
  }
  write("for n in state:\n"
        "  if n.endswith('.mlp.fc1.weight'): state[n] = torch.zeros(7, 7)\n"
        "torch.save(state, to[0])",
        {file("wider.pt")});
  for (const ProcessResult& result : {finetune(file("wider.pt")), pretrain(file("wider.pt"))}) {
    expect_refused(result, "the encoder of another network: ");
    expect_part(result.err, ".mlp.fc1.weight has shape [7, 7] in the file");
  }
  write("torch.save({'layer1.0.conv1.weight': torch.zeros(4), 'fc.bias': torch.zeros(4)}, to[0])", {file("resnet.pt")});
  expect_refused(finetune(file("resnet.pt")), "found 2 tensors of a ResNet (layer1.0.conv1.weight, fc.bias)");
  write("layer = torch.nn.Linear(2, 2); torch.save(torch.optim.AdamW(layer.parameters()).state_dict(), to[0])",
        {file("adam.pt")});
  for (const ProcessResult& result : {finetune(file("adam.pt")), pretrain(file("adam.pt"))}) {
    expect_refused(result, "which is the state of an optimizer");
  }
}

} // namespace
} // namespace brainmvp
