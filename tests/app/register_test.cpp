// `brainmvp register` as a process, on small simulated heads.
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::ProcessResult;

class Register : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(test::run_brainmvp({"simulate", "-o", folder_ / "data", "--studies", "2", "--layout", "bids", "--voxel", "5",
                                  "--modalities", "t1,t2,flair", "--seed", "3"})
                  .exit_code,
              0);
    ASSERT_EQ(test::run_brainmvp({"index", folder_ / "data", "-o", studies()}).exit_code, 0);
  }

  std::string studies() { return folder_ / "studies.json"; }
  ProcessResult align(const std::string& output, const std::vector<std::string>& more = {"--label-of", "flair"}) {
    std::vector<std::string> arguments{"register", studies(), "-o", folder_ / output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_brainmvp(arguments);
  }

  test::TemporaryFolder folder_;
};

constexpr const char* kCheckAligned = R"py(
import sys, json, pathlib, numpy, nibabel
out = pathlib.Path(sys.argv[1])
listed = json.loads((out / "studies.json").read_text())["training"]
assert len(listed) == 2, listed
for study in listed:
    images = [nibabel.load(out / name) for name in study["image"]] + [nibabel.load(out / study["label"])]
    assert len(images) == 4
    for image in images:
        assert image.shape == images[0].shape and numpy.allclose(image.affine, images[0].affine, atol=1e-4), study
        assert numpy.isfinite(image.get_fdata()).all() and image.get_fdata().max() > 0
    for transform in out.glob(study["id"] + "/*.tfm"):
        text = transform.read_text()
        assert "Transform: VersorRigid3DTransform_double_3_3" in text, text
        numbers = [l for l in text.splitlines() if l.startswith("Parameters:")][0].split()[1:]
        assert len(numbers) == 6 and numpy.isfinite(numpy.array(numbers, float)).all()
)py";

TEST_F(Register, WritesAlignedStudiesThatPrepareTakesAndGoesOn) {
  const ProcessResult first = align("aligned");
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_TRUE(contains(first.out, "2 registered, 0 up to date, 0 failed")) << first.out;
  const ProcessResult python = test::run_python(kCheckAligned, {folder_ / "aligned"});
  EXPECT_EQ(python.exit_code, 0) << python.err;
  const ProcessResult prepared =
      test::run_brainmvp({"prepare", folder_ / "aligned/studies.json", "-o", folder_ / "store", "--spacing", "5"});
  EXPECT_TRUE(contains(prepared.out, "2 prepared")) << prepared.out << prepared.err;

  EXPECT_TRUE(contains(align("aligned").out, "0 registered, 2 up to date"));
  fs::remove_all(folder_ / "aligned/sub-001");
  EXPECT_TRUE(contains(align("aligned").out, "1 registered, 1 up to date"));
}

TEST_F(Register, NamesWhatItCannotUse) {
  const fs::path image = folder_ / "data/sub-001/anat/sub-001_T2w.nii.gz";
  test::write_text(image, test::read_text(image).substr(0, 2000));
  const ProcessResult damaged = align("partly");
  EXPECT_EQ(damaged.exit_code, 4);
  EXPECT_TRUE(contains(damaged.out, "1 registered") && contains(damaged.out, "sub-001_T2w.nii.gz: the gzip stream ends early"))
      << damaged.out;
  EXPECT_FALSE(fs::exists(folder_ / "partly/sub-001"));

  const ProcessResult labelled = align("labelled", {}); // the images of one grid share a motion, and so does the label
  EXPECT_TRUE(contains(labelled.out, "1 registered")) << labelled.out;
  EXPECT_TRUE(contains(labelled.out, "t2 to t1: was aligned within 0.1 mm as t1, whose grid it has")) << labelled.out;
  EXPECT_EQ(align("strict", {"--strict", "--label-of", "flair"}).exit_code, 4);
  EXPECT_EQ(align("x", {"--no-such-option"}).exit_code, 2);
  test::write_text(folder_ / "foreign/notes.txt", "mine");
  EXPECT_EQ(align("foreign").exit_code, 5);
  EXPECT_EQ(test::read_text(folder_ / "foreign/notes.txt"), "mine");

  const fs::path other = folder_ / "data/sub-002/anat/sub-002_T2w.nii.gz";
  test::write_text(other, test::read_text(other).substr(0, 2000));
  EXPECT_EQ(align("partly").exit_code, 3); // also over a list of before
  EXPECT_FALSE(fs::exists(folder_ / "partly/studies.json") || fs::exists(folder_ / "partly/registration.tsv"));
}

TEST(RegisterShared, DwiAndAdcOfARealHeadMoveTogether) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const fs::path session = test::test_data() / "isles2022/sub-strokecase0009/ses-0001";
  const test::TemporaryFolder folder;
  const auto file = [&](const std::string& what) {
    return (session / ("sub-strokecase0009_ses-0001_" + what + ".nii.gz")).string();
  };
  test::write_text(
      folder / "studies.json",
      nlohmann::json{
          {"training",
           {{{"id", "p1"}, {"image", {file("flair"), file("dwi"), file("adc")}}, {"modality", {"flair", "dwi", "adc"}}}}}}
          .dump());
  const ProcessResult done = test::run_brainmvp({"register", folder / "studies.json", "-o", folder / "out"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const auto record = nlohmann::json::parse(test::read_text(folder / "out/p1/registration.json"));
  EXPECT_EQ(record["images"][1]["motion"], record["images"][2]["motion"]);
  EXPECT_EQ(record["images"][1]["motion_of"], record["images"][2]["motion_of"]);
  const std::string leader = record["images"][1]["motion_of"];
  EXPECT_TRUE(contains(done.out, " as " + leader + ", whose grid it has")) << done.out;
}

} // namespace
} // namespace brainmvp
