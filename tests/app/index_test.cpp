// `brainmvp index` as a process: report, file, exit codes.
#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;

using test::contains;

// A tree with a sound study, one with a damaged image, and an AppleDouble file.
void copy_studies(const fs::path& root) {
  const fs::path faulty = test::test_data() / "faulty";
  fs::create_directories(root / "p1");
  fs::create_directories(root / "p2");
  fs::copy(faulty / "base_t1.nii.gz", root / "p1/T1.nii.gz");
  fs::copy(faulty / "base_seg.nii.gz", root / "p1/gold.nii.gz");
  fs::copy(faulty / "base_t2.nii.gz", root / "p2/T2.nii.gz");
  fs::copy(faulty / "truncated.nii.gz", root / "p2/FLAIR.nii.gz");
  fs::copy(faulty / "._base_t1.nii.gz", root / "p2/._T2.nii.gz");
}

TEST(IndexCommand, WritesTheStudiesAndReportsWhatIsWrong) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  copy_studies(folder / "set");
  const auto result = test::run_brainmvp({"index", folder / "set", "-o", folder / "out/studies.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"p1", "40x44x36", "gold.nii.gz (0 1)", "errors (left out)", "FLAIR.nii.gz", "AppleDouble",
                           "2 studies, 1 with a label; 2 images: t1 1, t2 1", "1 error, 0 warnings, 1 file skipped"}) {
    EXPECT_TRUE(contains(result.out, part)) << part << "\n" << result.out;
  }
  const auto json = nlohmann::json::parse(test::read_text(folder / "out/studies.json"));
  ASSERT_EQ(json["training"].size(), 2U);
  EXPECT_EQ(json["training"][0]["id"], "p1");
  EXPECT_EQ(json["training"][0]["image"], nlohmann::json::array({"../set/p1/T1.nii.gz"}));
  EXPECT_EQ(json["training"][0]["modality"], nlohmann::json::array({"t1"}));
  EXPECT_EQ(json["training"][0]["label"], "../set/p1/gold.nii.gz");
  EXPECT_FALSE(json["training"][1].contains("label"));
}

// A head of 4 mm voxels, as it is or flipped in its file, as an 8-bit label map, a copy, and one whose unit is wrong.
constexpr const char* kWriteHeads = R"py(
import os, sys, nibabel, numpy as np
root = sys.argv[1]
def save(name, data, affine):
    os.makedirs(os.path.dirname(f"{root}/{name}"), exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(data, affine), f"{root}/{name}")
rng, affine = np.random.default_rng(0), np.diag([4.0, 4, 4, 1])
def head(): return rng.normal(100, 20, (40, 44, 36)).astype("f4")
flipped = np.diag([-4.0, 4, 4, 1]); flipped[0, 3] = 39 * 4
save("flipped/t1.nii.gz", head(), affine); save("flipped/flair.nii.gz", head()[::-1], flipped)
image = head(); save("copied/t1.nii.gz", image, affine); save("copied/flair.nii.gz", image, affine)
save("eight_bit/t1.nii.gz", head(), affine); save("eight_bit/seg.nii.gz", np.clip(head(), 0, 255).astype("u1"), affine)
save("in_cm/t1.nii.gz", head(), np.diag([0.4, 0.4, 0.4, 1]))
slab = np.diag([1.0, 1, 4, 1]); save("slab/t1.nii.gz", rng.normal(100, 20, (200, 200, 4)).astype("f4"), slab)
)py";

TEST(IndexCommand, WarnsOfCopiesAndSizesAndNotOfFlippedFilesOrSlabs) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(test::run_python(kWriteHeads, {folder / "set"}).exit_code, 0);
  const auto result = test::run_brainmvp({"index", folder / "set", "-o", folder / "studies.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(contains(result.out, "images on another grid")) << result.out;
  const std::string at = (folder / "set/copied").string();
  for (const std::string& part :
       {"copied: flair (" + at + "/flair.nii.gz) and t1 (" + at + "/t1.nii.gz); replace",
        std::string("size that no head has: 1\n"),
        std::string("in_cm: t1: its longest side is 17.6 mm, which is no head's; in cm it would be 176 mm"),
        std::string("seg.nii.gz: holds "), std::string("values that lie in no areas of equal voxels")}) {
    EXPECT_TRUE(contains(result.out, part)) << part << "\n" << result.out;
  }
}

TEST(IndexCommand, ExitCodes) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  copy_studies(folder / "set");
  fs::create_directories(folder / "empty");
  const std::string out = folder / "s.json";
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set"}).exit_code, 2); // no -o
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--layout", "bidz"}).exit_code, 2);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--modalities", folder / "none.toml"}).exit_code, 4);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "empty", "-o", out}).exit_code, 3);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "none", "-o", out}).exit_code, 4);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--layout", "bids"}).exit_code, 3);
  const auto strict = test::run_brainmvp({"index", folder / "set", "-o", out, "--strict"});
  EXPECT_EQ(strict.exit_code, 4);
  EXPECT_TRUE(contains(strict.err, "--strict")) << strict.err;
  EXPECT_FALSE(fs::exists(out));
  test::write_text(folder / "bad.json", "{}");
  EXPECT_EQ(test::run_brainmvp({"index", folder / "bad.json", "-o", out}).exit_code, 4);
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set/p1", "-o", out, "--strict"}).exit_code, 0);
  const auto exists = test::run_brainmvp({"index", folder / "set", "-o", out});
  EXPECT_EQ(exists.exit_code, 5);
  EXPECT_TRUE(contains(exists.err, "--force")) << exists.err;
  EXPECT_EQ(test::run_brainmvp({"index", folder / "set", "-o", out, "--force"}).exit_code, 0);
}

TEST(IndexCommand, ManyStudiesThatAgreeShareALine) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  const fs::path image = test::test_data() / "faulty/base_t1.nii.gz";
  for (int i = 100; i < 160; ++i) {
    const fs::path study = folder / ("set/p" + std::to_string(i));
    fs::create_directories(study);
    fs::create_symlink(image, study / "T1.nii.gz");
    test::write_text(study / "T2.nii.gz", "damaged");
  }
  const auto grouped = test::run_brainmvp({"index", folder / "set", "-o", folder / "a.json", "--quick"});
  EXPECT_TRUE(contains(grouped.out, "p100, p159")) << grouped.out;
  EXPECT_TRUE(contains(grouped.out, "and 55 more")) << grouped.out;
  EXPECT_FALSE(contains(grouped.out, "p130"));
  const auto all = test::run_brainmvp({"index", folder / "set", "-o", folder / "b.json", "--quick", "-v"});
  EXPECT_TRUE(contains(all.out, "p130")) << all.out;
}

TEST(IndexCommand, TakesWordsFromATable) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "Pätient 01 (copy)");
  fs::copy(test::test_data() / "faulty" / "Pätient 01 (copy)" / "T1 图像.nii.gz", folder / "Pätient 01 (copy)/T1 图像.nii.gz");
  EXPECT_EQ(test::run_brainmvp({"index", folder.path(), "-o", folder / "s.json"}).exit_code, 3);
  test::write_text(folder / "words.toml", "[modalities]\nt1 = [\"T1 图像\"]\n");
  const auto result =
      test::run_brainmvp({"index", folder.path(), "-o", folder / "s.json", "--modalities", folder / "words.toml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "Pätient 01 (copy)")) << result.out;
}

TEST(IndexCommand, ATaskNeedsNothingMore) {
  const test::TemporaryFolder folder;
  std::string table = "SUB_ID,DX_GROUP\n";
  for (int i = 0; i < 10; ++i) {
    const std::string id = "sub-005000" + std::to_string(i);
    const fs::path image = folder / ("set/RawDataBIDS/CMU_a/" + id + "/anat/" + id + "_T1w.nii.gz");
    fs::create_directories(image.parent_path());
    fs::copy(test::golden("preprocess/las_anisotropic/t1.nii.gz"), image);
    table += "5000" + std::to_string(i) + (i % 2 == 0 ? ",1\n" : ",2\n");
  }
  test::write_text(folder / "set/Phenotypic_V1_0b.csv", table);
  const auto result = test::run_brainmvp({"index", folder / "set", "--task", "abide1", "-o", folder / "s.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "classes: ASD 5, control 5\nstudies in each fold: 0 2, 1 2, 2 2, 3 2, 4 2\n")) << result.out;
  const auto json = nlohmann::json::parse(test::read_text(folder / "s.json"));
  EXPECT_EQ(json["classes"], (nlohmann::json{"control", "ASD"}));
  EXPECT_EQ(json["training"][0]["class"], "ASD");
  EXPECT_TRUE(json["training"][0].contains("fold"));
  const auto index = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"index", folder / "set", "-o", folder / "t.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_brainmvp(arguments);
  };
  const auto split = index({"--task", "abide1", "--split", "60/20/20", "--seed", "3", "--folds", "3"});
  EXPECT_EQ(split.exit_code, 0) << split.err;
  EXPECT_TRUE(contains(split.out, "split by patient with seed 3: training 6 studies of 6 patients, validation 2 studies of 2 "
                                  "patients, test 2 studies of 2 patients\n"))
      << split.out;
  const auto lists = nlohmann::json::parse(test::read_text(folder / "t.json"));
  EXPECT_EQ(lists["training"].size(), 6U);
  EXPECT_NE(lists["test"][0]["class"], lists["test"][1]["class"]);
  EXPECT_FALSE(lists["test"][0].contains("fold"));
  const auto again = index({"--task", "abide1", "--split", "60/20/20", "--seed", "3", "--folds", "3", "-f"});
  EXPECT_EQ(nlohmann::json::parse(test::read_text(folder / "t.json")), lists) << again.err;
  fs::remove(folder / "t.json");
  EXPECT_EQ(index({"--task", "abide1", "--split", "80/10"}).exit_code, 2);
  EXPECT_EQ(index({"--task", "abide"}).exit_code, 2);
  EXPECT_EQ(index({"--task", "abide1", "--folds", "11"}).exit_code, 2);
  EXPECT_EQ(index({"--task", "abide1", "--layout", "bids"}).exit_code, 2);
  EXPECT_EQ(index({"--classes-from", folder / "none.csv:DX_GROUP"}).exit_code, 4);
  EXPECT_EQ(index({"--classes-from", folder / "set/Phenotypic_V1_0b.csv:DX"}).exit_code, 4);
  EXPECT_EQ(index({"--task", "adni"}).exit_code, 3);
  EXPECT_EQ(index({"--classes-from", folder / "set/Phenotypic_V1_0b.csv:DX_GROUP", "--folds", "2"}).exit_code, 0);
  const auto from_list = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"index", folder / "s.json", "-f", "-o", folder / "u.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto done = test::run_brainmvp(arguments);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    return nlohmann::json::parse(test::read_text(folder / "u.json"));
  };
  EXPECT_TRUE(from_list({})["training"][0].contains("fold"));
  EXPECT_FALSE(contains(from_list({"--folds", "0"}).dump(), "fold\""));
  const auto with_test = from_list({"--split", "60/20/20"});
  EXPECT_TRUE(with_test["training"][0].contains("fold"));
  EXPECT_FALSE(contains(with_test["test"].dump(), "fold\"")) << with_test;
}

TEST(IndexCommand, ALabelThatATaskDoesNotDeclareIsRefused) {
  const test::TemporaryFolder folder;
  const std::string stem = "set/BraTS-PED-00001-000/BraTS-PED-00001-000-";
  fs::create_directories(folder / "set/BraTS-PED-00001-000");
  fs::copy(test::golden("preprocess/las_anisotropic/t1.nii.gz"), folder / (stem + "t1n.nii.gz"));
  image::LabelVolume label{.size = {4, 4, 4}, .affine = {}, .data = std::vector<std::int32_t>(64, 0)};
  std::fill_n(label.data.begin(), 5, 4);
  io::write_nifti(folder / (stem + "seg.nii.gz"), label, {.type = io::StoredType::kUint8});
  const auto result =
      test::run_brainmvp({"index", folder / "set", "--task", "brats2023-ped", "--quick", "-o", folder / "s.json"});
  EXPECT_EQ(result.exit_code, 4) << result.out;
  EXPECT_TRUE(contains(result.out, "-seg.nii.gz: holds 4 in 5 voxels, which the labels of task brats2023-ped")) << result.out;
  EXPECT_FALSE(fs::exists(folder / "s.json"));
}

} // namespace
} // namespace brainmvp
