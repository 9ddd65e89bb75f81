#include "study/set_check.h"

#include "io/image_file.h"
#include "study/fake_tree.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using study::HeadKind;
using study::Split;
using study::Study;
using test::kWarning;
using Lines = std::vector<std::string>;

TEST(Leaks, PatientsAndFilesOfSeveralSplitsAreNamed) {
  const std::vector<Study> studies{
      {.id = "BraTS-MEN-00004-000", .split = Split::kTraining, .images = {"/a/1.nii"}},
      {.id = "BraTS-MEN-00004-001", .split = Split::kTest, .images = {"/a/2.nii"}},
      {.id = "x", .patient = "p", .split = Split::kTraining, .images = {"/a/3.nii"}},
      {.id = "y", .patient = "p", .split = Split::kTraining, .images = {"/a/4.nii"}},
      {.id = "z", .split = Split::kValidation, .images = {"/a/b/../3.nii"}}, // the file of x
  };
  EXPECT_EQ(study::leaks(studies), (Lines{"BraTS-MEN-00004: training BraTS-MEN-00004-000, test BraTS-MEN-00004-001",
                                          "3.nii: training x, validation z"}));
  EXPECT_TRUE(study::leaks({studies[2], studies[3]}).empty());
}

TEST(Leaks, IndexWarnsOfThem) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"sub-01_ses-1_T1w.nii", "sub-01_ses-2_T1w.nii"});
  test::write_text(folder / "s.json", R"({"training": ["sub-01_ses-1_T1w.nii"], "test": ["sub-01_ses-2_T1w.nii"]})");
  const study::Index found = study::index_studies({.inputs = {folder / "s.json"}});
  EXPECT_TRUE(test::notes(found.notices, kWarning, "sub-01: training sub-01_ses-1, test sub-01_ses-2"));
  EXPECT_TRUE(test::notes(found.notices, kWarning, "leakage"));
}

// A ball of 1 in 200^3 mm of 0, or of `outside`.
image::Volume ball(double radius_mm, float outside = 0) {
  constexpr std::size_t kBallSide = 50;
  constexpr double kSpacing = 4;
  image::Volume volume{.size = {kBallSide, kBallSide, kBallSide},
                       .affine = {},
                       .data = std::vector<float>(kBallSide * kBallSide * kBallSide, outside)};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    volume.affine.matrix[axis][axis] = kSpacing;
  }
  for (std::size_t at = 0; at < volume.data.size(); ++at) {
    double squared = 0;
    for (const std::size_t place : {at % kBallSide, at / kBallSide % kBallSide, at / kBallSide / kBallSide}) {
      const double mm = kSpacing * (static_cast<double>(place) - 24.5);
      squared += mm * mm;
    }
    volume.data[at] = squared < radius_mm * radius_mm ? 1.5F : volume.data[at];
  }
  return volume;
}

TEST(HeadKind, FollowsTheVolumeThatIsNotZero) {
  EXPECT_EQ(study::head_kind(ball(67)), HeadKind::kStripped);    // 1.26 l
  EXPECT_EQ(study::head_kind(ball(95)), HeadKind::kWhole);       // 3.6 l
  EXPECT_EQ(study::head_kind(ball(82)), HeadKind::kUnknown);     // 2.3 l
  EXPECT_EQ(study::head_kind(ball(67, 0.1F)), HeadKind::kWhole); // noise around it
  EXPECT_EQ(study::head_kind(ball(20)), HeadKind::kUnknown);
}

TEST(HeadKind, AMixedSetIsWarnedOf) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "a");
  fs::create_directories(folder / "b");
  io::write_nifti(folder / "a/T1.nii", ball(67));
  io::write_nifti(folder / "b/T1.nii", ball(67));
  EXPECT_FALSE(test::notes(study::index_studies({.inputs = {folder.path()}}).notices, kWarning, "skull-stripped"));
  io::write_nifti(folder / "b/T1.nii", ball(95));
  const study::Index found = study::index_studies({.inputs = {folder.path()}});
  EXPECT_TRUE(test::notes(found.notices, kWarning, "whole: 1 (b); skull-stripped: 1 (a)"));
}

TEST(HeadKind, RealHeadsAreTold) {
  const fs::path data = test::test_data();
  if (data.empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const auto kind = [&data](const char* file) { return study::head_kind(io::read_image(data / file).channels.front()); };
  EXPECT_EQ(kind("openms/patient07/T1.nii.gz"), HeadKind::kStripped);
  EXPECT_EQ(kind("stroke_3modal/FLAIR.nii.gz"), HeadKind::kStripped);
  EXPECT_EQ(kind("isles2022/sub-strokecase0009/ses-0001/sub-strokecase0009_ses-0001_flair.nii.gz"), HeadKind::kStripped);
  EXPECT_EQ(kind("openms_raw/patient12/study1_T1W.nii.gz"), HeadKind::kWhole);
  EXPECT_EQ(kind("openms_raw/patient12/study1_FLAIR.nii.gz"), HeadKind::kWhole);
}

} // namespace
} // namespace brainmvp
