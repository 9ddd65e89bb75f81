// Inputs of the wrong kind are answered with the command that takes them, and missing ones with one exit code.
#include <filesystem>

#include "app/predict_models.h"
#include "app/small_studies.h"
#include "support/support.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using test::expect_part;
using Words = std::vector<std::string>;

// One thing of each kind.
class WrongInputs : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    test::write_studies(*folder_, {"a", "b"});
    ASSERT_EQ(test::run_brainmvp({"prepare", "-q", path("studies.json"), "-o", path("store")}).exit_code, 0);
    test::write_drawn_model(path("model.pt"), {});
    write_run("pretrained", "pretrain");
    write_run("finetuned", "finetune");
    test::write_text(path("x.json"), R"({"conventions": {"both_empty": ""}, "parameters": {}, "regions": [], "cases": []})");
    test::write_text(path("p.tsv"), "case\tprob_a\tprob_b\n");
    test::write_text(path("predictions/a.json"), "{\n  \"program\": \"brainmvp\",\n  \"models\": []\n}\n");
    fs::create_directories(path("empty"));
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static void write_run(const std::string& name, const std::string& command) {
    test::write_text(path(name + "/config.toml"), "[" + command + "]\nrecipe = \"tiny\"\n");
    fs::create_directories(path(name + "/checkpoints"));
    fs::copy_file(path("model.pt"), path(name + "/checkpoints/last.pt"));
  }
  static std::string path(const std::string& name) { return *folder_ / name; }

  // Words that start with @ are names in the folder.
  static test::ProcessResult run(Words words) {
    for (std::string& word : words) {
      word = word.starts_with('@') ? path(word.substr(1)) : word;
    }
    return test::run_brainmvp(words);
  }
  static void expect_next(const Words& words, const std::string& kind, const std::string& next, const std::string& named,
                          int code = 4) {
    SCOPED_TRACE(testing::PrintToString(words));
    const test::ProcessResult result = run(words);
    EXPECT_EQ(result.exit_code, code);
    expect_part(result.err, kind);
    expect_part(result.err, next + (named.empty() ? "" : " " + path(named)));
  }

  static test::TemporaryFolder* folder_;
};
test::TemporaryFolder* WrongInputs::folder_ = nullptr;

TEST_F(WrongInputs, CommandsOnImagesNameWhatTakesTheInput) {
  expect_next({"index", "@a/t1.nii.gz", "-o", "@n"}, "index takes folders", "brainmvp index", "a");
  expect_next({"index", "@a/t1.nii.gz", "-o", "@n"}, "is an image", "brainmvp predict RUN", "a/t1.nii.gz");
  expect_next({"index", "@store", "-o", "@n"}, "is a store, which is prepared already", "brainmvp pretrain", "store");
  expect_next({"index", "@pretrained", "-o", "@n"}, "is a run of pretrain", "brainmvp finetune segment STORE -o seg --init",
              "pretrained");
  expect_next({"prepare", "@a", "-o", "@n"}, "prepare takes a studies file", "brainmvp index", "a");
  expect_next({"prepare", "@store", "-o", "@n"}, "which is prepared already", "brainmvp pretrain", "store");
  expect_next({"prepare", "@a/t1.nii.gz", "-o", "@n"}, "is an image", "brainmvp index", "a");
  expect_next({"prepare", "@x.json", "-o", "@n"}, "is a result of evaluate", "brainmvp report --evaluation", "x.json");
  expect_next({"register", "@a", "-o", "@n"}, "register takes a studies file", "brainmvp index", "a");
  expect_next({"register", "@store", "-o", "@n"}, "is a store", "brainmvp pretrain", "store");
  expect_next({"simulate", "--anatomy", "@studies.json", "-o", "@n"}, "--anatomy takes a folder", "brainmvp prepare",
              "studies.json");
  expect_next({"inspect", "@studies.json"}, "is a studies file", "brainmvp prepare", "studies.json");
  expect_next({"inspect", "@a"}, "neither store nor run", "brainmvp index", "a");
  expect_next({"inspect", "@x.json"}, "is a result of evaluate", "brainmvp report --evaluation", "x.json");
  expect_next({"inspect", "@predictions"}, "is a folder of predictions", "brainmvp evaluate", "predictions");
}

TEST_F(WrongInputs, TrainingNamesWhatTakesTheInput) {
  for (const Words& command :
       {Words{"pretrain"}, Words{"finetune", "segment"}, Words{"finetune", "classify"}, Words{"finetune", "regress"}}) {
    const auto next = [&](const std::string& input, const std::string& kind, const std::string& text, const std::string& named) {
      Words words = command;
      words.insert(words.end(), {input, "-o", "@n"});
      if (command.size() > 1) {
        words.insert(words.end(), {"--init", "scratch"});
      }
      expect_next(words, kind, text, named);
    };
    next("@studies.json", command.front() + " takes a store", "brainmvp prepare", "studies.json");
    next("@a", "takes a store", "brainmvp index", "a");
    next("@a/t1.nii.gz", "is an image", "brainmvp index", "a");
    next("@pretrained", "is a run of pretrain", "brainmvp finetune segment STORE -o seg --init", "pretrained");
    next("@finetuned", "is a run of finetune", "brainmvp predict", "finetuned studies.json");
    next("@model.pt", "is a checkpoint", "brainmvp inspect", "model.pt");
  }
  for (const char* init : {"@studies.json", "@store", "@a/t1.nii.gz", "@x.json"}) {
    expect_next({"finetune", "segment", "@store", "-o", "@n", "--init", init},
                "--init takes a run, a checkpoint, or weights that come with", "brainmvp", "");
  }
  expect_next({"finetune", "@pretrained", "-o", "@n"}, "is followed by a command (segment, classify, regress)",
              "brainmvp finetune segment STORE -o seg --init", "pretrained", 2);
  expect_next({"finetune", "@studies.json", "-o", "@n"}, "is a studies file", "brainmvp prepare", "studies.json", 2);
}

TEST_F(WrongInputs, CommandsOnResultsNameWhatTakesTheInput) {
  expect_next({"predict", "@studies.json", "-o", "@n"}, "no run among", "brainmvp predict RUN", "studies.json", 2);
  expect_next({"predict", "@model.pt", "@store", "-o", "@n"}, "predict takes runs", "brainmvp pretrain", "store");
  expect_next({"predict", "@model.pt", "@x.json", "-o", "@n"}, "is a result of evaluate", "brainmvp report --evaluation",
              "x.json");
  expect_next({"evaluate", "@finetuned", "--reference", "@studies.json"}, "is a run of finetune", "brainmvp predict",
              "finetuned");
  expect_next({"evaluate", "@store", "--reference", "@studies.json"}, "evaluate takes a folder of label maps", "brainmvp", "");
  expect_next({"evaluate", "@p.tsv", "--reference", "@studies.json"}, "is a table", "--reference studies.json --classification",
              "");
  expect_next({"evaluate", "@predictions", "--reference", "@studies.json", "--classification"}, "predictions.tsv", "", "");
  expect_next({"evaluate", "@studies.json", "--reference", "@predictions"}, "the predictions stand first", "brainmvp evaluate",
              "predictions", 2);
  expect_next({"report", "@x.json", "-o", "@n"}, "report takes runs", "brainmvp report --evaluation", "x.json");
  expect_next({"report", "@predictions", "-o", "@n"}, "is a folder of predictions", "brainmvp evaluate", "predictions");
  expect_next({"report", "@store", "-o", "@n"}, "is a store", "brainmvp pretrain", "store");
  expect_next({"report", "@finetuned/checkpoints/last.pt", "-o", "@n"}, "is a checkpoint", "or name its run,", "finetuned");
  expect_next({"report", "@finetuned", "--evaluation", "@studies.json", "-o", "@n"}, "--evaluation takes the JSON", "brainmvp",
              "");
  expect_next({"report", "@finetuned", "--predictions", "@finetuned", "--studies", "@studies.json", "-o", "@n"},
              "--predictions takes the folder", "brainmvp predict", "finetuned");
  expect_next({"templates", "@store", "-o", "@n"}, "templates takes a run", "brainmvp pretrain", "store");
  expect_next({"export", "@store", "-o", "@n"}, "export takes a run", "brainmvp pretrain", "store");
  expect_next({"convert", "@pretrained", "@n.safetensors"}, "such as RUN/checkpoints/last.pt", "brainmvp", "");
}

// {} in a command is the input that is missing.
TEST_F(WrongInputs, MissingOnesHaveOneExitCodeInEveryCommand) {
  const std::vector<Words> commands{
      {"index", "{}", "-o", "@n"},
      {"index", "@a", "-o", "@n", "--modalities", "{}"},
      {"index", "@a", "-o", "@n", "--task", "{}.toml"},
      {"index", "@a", "-o", "@n", "--classes-from", "{}.tsv:group"},
      {"index", "@a", "-o", "@n", "--config", "{}"},
      {"register", "{}", "-o", "@n"},
      {"register", "@studies.json", "-o", "@n", "--config", "{}"},
      {"prepare", "{}", "-o", "@n"},
      {"prepare", "@studies.json", "-o", "@n", "--modalities", "{}"},
      {"simulate", "--anatomy", "{}", "-o", "@n"},
      {"pretrain", "{}", "-o", "@n"},
      {"pretrain", "@store", "-o", "@n", "--init", "{}"},
      {"pretrain", "@store", "-o", "@n", "--config", "{}"},
      {"finetune", "segment", "{}", "-o", "@n", "--init", "scratch"},
      {"finetune", "segment", "@store", "-o", "@n", "--init", "{}.pt"},
      {"finetune", "segment", "@store", "-o", "@n", "--init", "scratch", "--task", "{}.toml"},
      {"finetune", "classify", "{}", "-o", "@n", "--init", "scratch"},
      {"finetune", "classify", "@store", "-o", "@n", "--init", "scratch", "--classes-from", "{}.csv:group"},
      {"finetune", "regress", "@store", "-o", "@n", "--init", "scratch", "--targets-from", "{}.csv:age"},
      {"predict", "{}", "@a/t1.nii.gz", "-o", "@n"},
      {"predict", "{}.pt", "@a/t1.nii.gz", "-o", "@n"},
      {"predict", "@model.pt", "{}", "-o", "@n"},
      {"predict", "@model.pt", "{}.nii.gz", "-o", "@n"},
      {"predict", "@model.pt", "--modality", "t1={}.nii", "-o", "@n"},
      {"predict", "@model.pt", "@a", "-o", "@n", "--modalities", "{}"},
      {"evaluate", "{}", "--reference", "@studies.json"},
      {"evaluate", "@a", "--reference", "{}"},
      {"evaluate", "@a", "--reference", "@a", "--compare", "{}"},
      {"evaluate", "@a", "--reference", "@a", "--table", "{}.json"},
      {"evaluate", "{}.tsv", "--reference", "@studies.json", "--classification"},
      {"evaluate", "@p.tsv", "--reference", "{}", "--classification"},
      {"evaluate", "@p.tsv", "--reference", "@studies.json", "--regression", "--targets-from", "{}.csv:age"},
      {"report", "{}", "-o", "@n"},
      {"report", "--evaluation", "{}", "-o", "@n"},
      {"report", "@finetuned", "--predictions", "{}", "--studies", "@studies.json", "-o", "@n"},
      {"report", "@finetuned", "--predictions", "@predictions", "--studies", "{}", "-o", "@n"},
      {"templates", "{}", "-o", "@n"},
      {"export", "{}", "-o", "@n"},
      {"convert", "{}", "@n.safetensors"},
      {"convert", "{}.pt", "@n.safetensors"},
      {"inspect", "{}"},
      {"inspect", "{}.nii.gz"},
      {"inspect", "{}.pt"},
      {"inspect", "{}.json"}};
  for (Words words : commands) {
    SCOPED_TRACE(testing::PrintToString(words));
    for (std::string& word : words) {
      const std::size_t at = word.find("{}");
      word = at == std::string::npos ? word : word.replace(at, 2, path("missing"));
    }
    const test::ProcessResult result = run(words);
    EXPECT_EQ(result.exit_code, 4) << result.err;
    expect_part(result.err, path("missing"));
    EXPECT_FALSE(fs::exists(path("n")));
  }
}

} // namespace
} // namespace brainmvp
