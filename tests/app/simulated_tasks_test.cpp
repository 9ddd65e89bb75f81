// All ten tasks on simulated cohorts, from `simulate` to `evaluate`.
#include <algorithm>
#include <set>

#include "support/support.h"

namespace brainmvp {
namespace {
using Arguments = std::vector<std::string>;

struct TaskCase {
  std::string task;
  std::string kind;
  std::vector<std::string> names; // regions, or classes in their order
  std::size_t studies = 2;
};

// Heads of 6 mm voxels are said to have 1 mm: a sixth in size, they are prepared as they are and cost a 200th of the time.
constexpr const char* kShrink = R"py(
import sys, pathlib, nibabel as nib, numpy as np
for path in list(pathlib.Path(sys.argv[1]).rglob("*.nii*")):
    image = nib.load(path, mmap=False)
    nib.save(nib.Nifti1Image(np.asanyarray(image.dataobj), np.diag([1 / 6, 1 / 6, 1 / 6, 1]) @ image.affine), path)
)py";

class EveryTask : public testing::TestWithParam<TaskCase> {};

test::ProcessResult run(const Arguments& arguments) {
  test::ProcessResult result = test::run_brainmvp(arguments);
  EXPECT_EQ(result.exit_code, 0) << arguments.front() << ": " << result.err;
  return result;
}

TEST_P(EveryTask, GoesFromSimulateToEvaluate) {
  const TaskCase& expected = GetParam();
  const test::TemporaryFolder folder;
  const std::string set = folder / "set";
  const std::string studies = folder / "studies.json";
  const std::string predictions = folder / "predictions";
  run({"simulate", "-o", set, "--layout", expected.task, "--studies", std::to_string(expected.studies), "--voxel", "6", "-q"});
  const auto shrunk = test::run_python(kShrink, {set});
  ASSERT_EQ(shrunk.exit_code, 0) << shrunk.err;
  run({"index", set, "--task", expected.task, "--folds", "2", "-o", studies});
  run({"prepare", studies, "-o", folder / "store"});
  Arguments finetune{
      "finetune", expected.kind, folder / "store", "-o",     folder / "run", "--task",  expected.task, "--fold",    "0", "--init",
      "scratch",  "--network",   "uniformer_tiny", "--crop", "16",           "--steps", "1",           "--threads", "1"};
  if (expected.kind == "segment") {
    finetune.insert(finetune.end(), {"--overlap", "0"});
  }
  test::expect_part(run(finetune).err, " simulated stud"); // prepare knows where they come from
  run({"predict", folder / "run", studies, "-o", predictions, "--overlap", "0", "--threads", "1"});
  if (expected.kind == "classify") {
    const std::string table = predictions + "/predictions.tsv";
    std::string head = "case";
    for (const std::string& name : expected.names) {
      head += "\tprob_" + name;
    }
    const std::string text = test::read_text(table);
    EXPECT_TRUE(text.starts_with(head + "\n")) << text;
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), expected.studies + 1);
    const std::string out = run({"evaluate", table, "--classification", "--reference", studies}).out;
    EXPECT_NE(out.find("balanced_accuracy"), std::string::npos) << out;
    return;
  }
  run({"evaluate", predictions, "--reference", studies, "-o", folder / "figures.json"});
  const auto figures = nlohmann::json::parse(test::read_text(folder / "figures.json"));
  EXPECT_EQ(figures.at("cases").size(), expected.studies * expected.names.size());
  std::set<std::string> regions;
  for (const auto& row : figures.at("cases")) {
    regions.insert(row.at("region"));
  }
  EXPECT_EQ(regions, std::set<std::string>(expected.names.begin(), expected.names.end()));
}

INSTANTIATE_TEST_SUITE_P(Simulated, EveryTask,
                         testing::Values(TaskCase{.task = "brats2023-ped", .kind = "segment", .names = {"ET", "TC", "WT"}},
                                         TaskCase{.task = "brats2023-met", .kind = "segment", .names = {"ET", "TC", "WT"}},
                                         TaskCase{.task = "isles22", .kind = "segment", .names = {"infarct"}},
                                         TaskCase{.task = "mrbrains13", .kind = "segment", .names = {"CSF", "GM", "WM"}},
                                         TaskCase{.task = "vsseg", .kind = "segment", .names = {"VS"}},
                                         TaskCase{.task = "upenn-gbm", .kind = "segment", .names = {"ET", "TC", "WT"}},
                                         TaskCase{.task = "brats2018", .kind = "classify", .names = {"LGG", "HGG"}, .studies = 4},
                                         TaskCase{.task = "adni", .kind = "classify", .names = {"CN", "MCI"}, .studies = 4},
                                         TaskCase{.task = "adhd200", .kind = "classify", .names = {"TDC", "ADHD"}, .studies = 4},
                                         TaskCase{
                                             .task = "abide1", .kind = "classify", .names = {"control", "ASD"}, .studies = 4}),
                         [](const auto& given) {
                           std::string name = given.param.task;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

} // namespace
} // namespace brainmvp
