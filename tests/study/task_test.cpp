// The tasks that are compiled in, and the form of their files.
#include "study/task.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "study/label_scheme.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using Lines = std::vector<std::string>;
using study::Task;
using study::TaskKind;

std::string message_of(const std::string& text) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "own.toml", text);
  try {
    study::task(folder / "own.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.message();
  }
  return "";
}

const char* const kSound = R"(title = "Own"
kind = "segment"
layout = "suffix"
modalities = ["T1w", "FLAIR"]
[labels]
background = 0
"white spot" = 1
core = 2
[regions]
whole = [1, 2]
[folds]
folds = 3
[finetune]
learning_rate = 0.0001
crop = [64, 64, 32]
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kSound;
  return text.replace(text.find(from), from.size(), to);
}

TEST(Tasks, TheTenAreCompiledIn) {
  EXPECT_EQ(study::task_names(), (Lines{"abide1", "adhd200", "adni", "brats2018", "brats2023-met", "brats2023-ped", "isles22",
                                        "mrbrains13", "upenn-gbm", "vsseg"}));
  for (const std::string& name : study::task_names()) {
    const Task task = study::task(name);
    EXPECT_EQ(task.name, name);
    EXPECT_FALSE(task.title.empty());
    EXPECT_EQ(task.fold_rule.folds, 5);
    EXPECT_EQ(task.fold_rule.stratified, task.kind == TaskKind::kClassify) << name;
    const auto setting = [&](const std::string& option) {
      const auto found = std::ranges::find(task.settings, option, &std::pair<std::string, io::ConfigValues>::first);
      return found == task.settings.end() ? "" : io::toml_text(found->second);
    };
    const bool classifies = task.kind == TaskKind::kClassify; // docs/background/results.md: batches of 2 learn nothing
    EXPECT_EQ(setting("learning_rate"), classifies ? "0.003" : "3e-04") << name;
    EXPECT_EQ(setting("encoder_rate"), classifies ? "0.1" : "") << name;
    EXPECT_EQ(setting("batch_size"), classifies ? "4" : "2") << name;
  }
}

TEST(Tasks, LabelTablesAreThoseOfTheKnownSchemes) {
  const std::map<std::string, std::string_view> schemes{
      {"brats2023-ped", study::kBrats2023}, {"brats2023-met", study::kBrats2023}, {"upenn-gbm", study::kBrats2021},
      {"isles22", study::kIsles2022},       {"mrbrains13", study::kMrbrains13},   {"vsseg", study::kSchwannoma}};
  for (const auto& [name, scheme] : schemes) {
    const study::LabelTable table = study::task(name).table;
    EXPECT_EQ(table.labels, study::known_scheme(scheme)->labels) << name;
    EXPECT_EQ(table.regions, study::known_scheme(scheme)->regions) << name;
  }
  // The same tissue has other numbers in the editions.
  EXPECT_EQ(study::task("brats2023-ped").table.regions[2], (std::pair<std::string, std::vector<int>>{"ET", {3}}));
  EXPECT_EQ(study::task("upenn-gbm").table.regions[2], (std::pair<std::string, std::vector<int>>{"ET", {4}}));
}

TEST(Tasks, ChannelsAreCanonicalAndInOrder) {
  EXPECT_EQ(study::task("brats2023-met").channels, (Lines{"t1", "t1c", "t2", "flair"}));
  EXPECT_EQ(study::task("isles22").channels, (Lines{"dwi", "adc", "flair"}));
  EXPECT_EQ(study::task("mrbrains13").channels, (Lines{"t1", "t1_ir", "flair"}));
  EXPECT_EQ(study::task("abide1").channels, Lines{"t1"});
}

TEST(Tasks, AbidesTwoIsTheControl) {
  const Task abide = study::task("abide1");
  EXPECT_EQ(abide.table.classes, (Lines{"control", "ASD"})); // the last class is the positive one
  EXPECT_EQ(abide.class_rule.values[1], (std::pair<std::string, std::string>{"2", "control"}));
}

TEST(Tasks, AFileOfTheUser) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "my-lesions.toml", kSound);
  const Task task = study::task(folder / "my-lesions.toml");
  EXPECT_EQ(task.name, "my-lesions");
  EXPECT_EQ(task.channels, (Lines{"t1", "flair"}));
  EXPECT_EQ(task.table.labels[1], (std::pair<std::string, int>{"white spot", 1}));
  EXPECT_EQ(task.table.regions[0].second, (std::vector<int>{1, 2}));
  EXPECT_EQ(task.fold_rule.folds, 3);
  EXPECT_EQ(task.settings[1], (std::pair<std::string, io::ConfigValues>{"crop", {64, 64, 32}}));
}

TEST(Tasks, ARegressionHasNeitherLabelsNorClasses) {
  const test::TemporaryFolder folder;
  const std::string head = "kind = \"regress\"\nlayout = [\"bids\"]\nmodalities = [\"t1\"]\n";
  test::write_text(folder / "age.toml", head + "[folds]\nfolds = 3\n");
  const Task task = study::task(folder / "age.toml");
  EXPECT_EQ(task.kind, TaskKind::kRegress);
  EXPECT_EQ(task.kind_name(), "regress");
  EXPECT_FALSE(task.needs_labels());
  EXPECT_EQ(task.fold_rule.folds, 3);
  for (const char* more :
       {"[labels]\nbackground = 0\nx = 1\n", "[classes]\nnames = [\"a\", \"b\"]\n", "[folds]\nstratified = true\n"}) {
    test::expect_part(message_of(head + more), "a regression has neither [labels]");
  }
}

TEST(Tasks, UnknownNamesAreRefusedWithTheNearest) {
  const auto refused = [](const std::string& text, const std::string& part) {
    const std::string message = message_of(text);
    EXPECT_NE(message.find(part), std::string::npos) << message << " | " << part;
  };
  refused(with("layout =", "layuot ="), "line 3: unknown key 'layuot'; did you mean layout?");
  refused(with("\"suffix\"", "\"sufix\""), "did you mean suffix?");
  refused(with("folds = 3", "fold = 3"), "unknown key 'fold' in [folds]; did you mean folds?");
  refused(with("[finetune]", "[train]"), "unknown table [train]");
  refused(with("\"FLAIR\"", "\"CT\""), "'CT' is no known modality");
  refused(with("\"segment\"", "\"detect\""), "kind is segment, classify or regress, not 'detect'");
  refused(with("core = 2", "core = 1"), "[labels] has the value 1 twice");
  refused(with("[1, 2]", "[1, 5]"), "[regions] has a value that [labels] does not name");
  refused(with("[1, 2]", "[1, \"x\"]"), "found 'x'");
  refused(with("core = 2", "core = 2.5"), "expected a whole number");
  refused(with("\"segment\"", "\"classify\""), "[classes] needs names");
  try {
    study::task("brats2023-pde");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(error.message().find("did you mean brats2023-ped?"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp
