// Tasks from a folder of images to figures, each command told nothing but the task.
#include <algorithm>
#include <set>

#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

constexpr const char* kMakeTrees = R"py(
import sys, os, nibabel as nib, numpy as np
rng = np.random.default_rng(0)
def head(size):
    m = np.zeros(size); m[3:-3, 3:-3, 3:-3] = 1
    return m * (100 + 50 * rng.random(size))
affine = np.array([[-1, 0, 0, 0], [0, -1, 0, 239], [0, 0, 1, 0], [0, 0, 0, 1.0]])
for n in range(3):
    case = f"BraTS-PED-{n + 2:05d}-000"
    folder = f"{sys.argv[1]}/ASNR-MICCAI-BraTS2023-PED-Challenge-TrainingData/{case}"
    os.makedirs(folder)
    for name in ("t1n", "t1c", "t2w", "t2f"):
        nib.save(nib.Nifti1Image(head((30, 32, 28)).astype(np.float32), affine), f"{folder}/{case}-{name}.nii.gz")
    label = np.zeros((30, 32, 28), np.uint8)
    label[8:18, 8:18, 8:18] = 1; label[10:14, 10:14, 10:14] = 3; label[18:22, 8:18, 8:18] = 2
    nib.save(nib.Nifti1Image(label, affine), f"{folder}/{case}-seg.nii.gz")
rows = ["Image Data ID,Subject,Group,Sex,Age,Visit,Modality,Description,Type,Acq Date,Format,Downloaded"]
for n in range(6):
    subject, image = f"011_S_{n:04d}", 1000 + n
    folder = f"{sys.argv[1]}/ADNI/{subject}/MPRAGE/2015-11-03_15_30_05.0/I{image}"
    os.makedirs(folder)
    nib.save(nib.Nifti1Image(head((24, 28, 26)).astype(np.int16), np.eye(4)),
             f"{folder}/ADNI_{subject}_MR_MPRAGE_br_raw_20151103153005_154_S299478_I{image}.nii")
    rows.append(f"I{image},{subject},{'MCI' if n % 2 else 'CN'},M,70,sc,MRI,MPRAGE,Original,11/03/2015,NiFTI,")
open(f"{sys.argv[1]}/ADNI/collection.csv", "w").write("\n".join(rows) + "\n")
)py";

class Tasks : public testing::Test {
protected:
  void SetUp() override {
    const auto made = test::run_python(kMakeTrees, {folder_.path()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  static std::string run(const Arguments& arguments) {
    const auto result = test::run_brainmvp(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.front() << ": " << result.err;
    return result.out;
  }
  // Index, prepare, one step of fine-tuning, predict.
  void go(const std::string& task, const std::string& kind) const {
    const Arguments small{"--init", "scratch", "--network", "uniformer_tiny", "--crop", "16", "--steps", "1", "--threads", "1"};
    Arguments finetune{"finetune", kind, path("store"), "-o", path("run"), "--task", task, "--fold", "0"};
    finetune.insert(finetune.end(), small.begin(), small.end());
    if (kind == "segment") {
      finetune.insert(finetune.end(), {"--folds", "3"}); // fewer patients than the task's folds
    }
    run({"index", folder_.path(), "--task", task, "-o", path("studies.json")});
    run({"prepare", path("studies.json"), "-o", path("store")});
    run(finetune);
    run({"predict", path("run"), path("studies.json"), "-o", path("predictions"), "--threads", "1"});
  }

private:
  test::TemporaryFolder folder_;
};

TEST_F(Tasks, ASegmentationGoesFromItsFolderToDiceOfItsRegions) {
  go("brats2023-ped", "segment");
  run({"evaluate", path("predictions"), "--reference", path("studies.json"), "-o", path("figures.json")});
  const auto figures = nlohmann::json::parse(test::read_text(path("figures.json")));
  EXPECT_EQ(figures.at("cases").size(), 3U * 3U);
  std::set<std::string> regions;
  for (const auto& row : figures.at("cases")) {
    regions.insert(row.at("region"));
  }
  EXPECT_EQ(regions, (std::set<std::string>{"ET", "TC", "WT"}));
}

TEST_F(Tasks, AClassificationGoesFromItsFolderAndTableToAccuracy) {
  go("adni", "classify");
  const std::string table = test::read_text(path("predictions/predictions.tsv"));
  EXPECT_TRUE(table.starts_with("case\tprob_CN\tprob_MCI\n")) << table;
  EXPECT_EQ(std::ranges::count(table, '\n'), 7);
  const std::string out =
      run({"evaluate", path("predictions/predictions.tsv"), "--classification", "--reference", path("studies.json")});
  EXPECT_NE(out.find("balanced_accuracy"), std::string::npos) << out;
}

TEST_F(Tasks, AreRefusedForTheOtherKindAndAFoldThatThereIsNot) {
  run({"index", path(""), "--task", "adni", "-o", path("studies.json")});
  run({"prepare", path("studies.json"), "-o", path("store")});
  const auto kind =
      test::run_brainmvp({"finetune", "segment", path("store"), "-o", path("run"), "--task", "adni", "--init", "scratch"});
  EXPECT_EQ(kind.exit_code, 2);
  EXPECT_NE(kind.err.find("finetune classify"), std::string::npos) << kind.err;
  const auto fold = test::run_brainmvp(
      {"finetune", "classify", path("store"), "-o", path("run"), "--task", "adni", "--init", "scratch", "--fold", "9"});
  EXPECT_EQ(fold.exit_code, 2);
  EXPECT_NE(fold.err.find("no study is in that fold"), std::string::npos) << fold.err;
}

TEST_F(Tasks, ClassesComeFromATableToo) {
  test::write_text(path("diagnoses.tsv"), "participant_id\tdiagnosis\n011_S_0000\tsick\n011_S_0001\twell\n011_S_0002\tsick\n"
                                          "011_S_0003\twell\n011_S_0004\tn/a\n");
  run({"index", path(""), "--task", "adni", "-o", path("studies.json")});
  run({"prepare", path("studies.json"), "-o", path("store")});
  const auto result = test::run_brainmvp({"finetune", "classify", path("store"), "-o", path("run"), "--classes-from",
                                          path("diagnoses.tsv") + ":diagnosis", "--init", "scratch", "--network",
                                          "uniformer_tiny", "--crop", "16", "--steps", "1", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("on 4 studies"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("classes sick, well"), std::string::npos) << result.err;
}

} // namespace
} // namespace brainmvp
