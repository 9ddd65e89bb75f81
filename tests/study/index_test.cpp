// Checks of studies: damage, grids, empty images, labels, label tables.
#include "study/index.h"

#include "base/error.h"
#include "study/fake_tree.h"
#include "study/label_scheme.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
using study::Depth;
using study::Index;
using study::Notice;
using test::kError;
using test::kWarning;
using Lines = std::vector<std::string>;

Index index_of(const std::vector<fs::path>& inputs, Depth depth = Depth::kWhole) {
  return study::index_studies({.inputs = inputs, .depth = depth, .threads = 2});
}

// A folder `study` with links to faulty files of the real data, named as modalities.
class FaultyStudy : public ::testing::Test {
protected:
  void SetUp() override {
    if (test::test_data().empty()) {
      GTEST_SKIP() << test::kNoTestData;
    }
  }
  void link(const std::string& name, const std::string& faulty) const {
    fs::create_directories(folder_ / "study");
    fs::create_symlink(test::test_data() / "faulty" / faulty, folder_ / "study" / name);
  }
  [[nodiscard]] Index index() const { return index_of({folder_.path()}); }

  test::TemporaryFolder folder_;
};

TEST_F(FaultyStudy, AffinesThatDifferBelowAHundredthOfAMillimetreAreOneGrid) {
  link("t1.nii.gz", "base_flair.nii.gz");
  link("flair.nii.gz", "affine_off_1e-6.nii.gz");
  link("t2.nii.gz", "affine_origin_off_3e-5mm.nii.gz");
  EXPECT_EQ(test::lines(index()), Lines{"study: flair t1 t2"});
  EXPECT_TRUE(index().notices.empty());
}

TEST_F(FaultyStudy, AnAffineFourTenthsOfAMillimetreOffIsAnotherGrid) {
  link("t1.nii.gz", "base_t1.nii.gz");
  link("flair.nii.gz", "affine_off_0.4mm.nii.gz");
  link("seg.nii.gz", "base_seg.nii.gz");
  EXPECT_EQ(test::lines(index()), Lines{"study: flair t1 | seg.nii.gz"});
  ASSERT_EQ(index().notices.size(), 1U);
  EXPECT_TRUE(test::notes(index().notices, kWarning, "corners up to 0.4 mm from those of the label")) << index().notices[0].text;
}

TEST_F(FaultyStudy, AnAllZeroChannelCountsAsMissing) {
  link("t1.nii.gz", "base_t1.nii.gz");
  link("t2.nii.gz", "allzero_channel.nii.gz");
  EXPECT_EQ(test::lines(index()), Lines{"study: t1"});
  EXPECT_TRUE(test::notes(index().notices, kWarning, "0 everywhere"));
}

TEST_F(FaultyStudy, AFourDimensionalImageNeedsNames) {
  link("t1.nii.gz", "four_in_one_4d.nii.gz");
  link("t2.nii.gz", "base_t2.nii.gz");
  EXPECT_EQ(test::lines(index()), Lines{"study: t2"});
  EXPECT_TRUE(test::notes(index().notices, kError, "a 4D image with 4 channels that have no names"));
  // Named in a studies file, it is read.
  test::write_text(folder_ / "named.json",
                   R"({"training": [{"image": "study/t1.nii.gz", "modality": ["flair", "t1", "t1c", "t2"]}]})");
  const Index named = index_of({folder_ / "named.json"});
  EXPECT_EQ(test::lines(named), Lines{"study: flair t1 t1c t2"});
  EXPECT_TRUE(named.notices.empty());
  test::write_text(folder_ / "three.json", R"({"training": [{"image": "study/t1.nii.gz", "modality": ["flair", "t1", "t2"]}]})");
  const Index three = index_of({folder_ / "three.json"});
  EXPECT_TRUE(three.file.studies.empty());
  EXPECT_TRUE(test::notes(three.notices, kError, "3 modalities are named for it, but it has 4"));
}

TEST_F(FaultyStudy, DamagedFilesAreNamedAndTheStudyGoesOn) {
  link("t1.nii.gz", "base_t1.nii.gz");
  link("t1c.nii.gz", "bad_crc.nii.gz");
  link("t2.nii.gz", "truncated.nii.gz");
  link("seg.nii.gz", "seg_linear_resampled.nii.gz");
  fs::create_symlink("gone.nii.gz", folder_ / "study/flair.nii.gz"); // dangling
  link("dwi.nii.gz", "base_flair.nii.gz");
  link("._adc.nii.gz", "._base_t1.nii.gz");
  const Index found = index();
  EXPECT_EQ(test::lines(found), Lines{"study: t1 dwi"});
  for (const char* part : {"t1c.nii.gz", "t2.nii.gz", "gone.nii.gz", "seg.nii.gz"}) {
    EXPECT_TRUE(test::notes(found.notices, kError, part)) << part;
  }
  EXPECT_EQ(found.notices.size(), 4U);
  ASSERT_EQ(found.skipped.size(), 1U);
  EXPECT_EQ(found.skipped[0].reason, "AppleDouble companions (\"._*\")");
}

TEST_F(FaultyStudy, OfHeadersOnlyDamageStaysUnseen) {
  link("t1.nii.gz", "bad_crc.nii.gz");
  const Index found = index_of({folder_.path()}, Depth::kHeader);
  EXPECT_EQ(test::lines(found), Lines{"study: t1"});
}

TEST_F(FaultyStudy, WithoutOrientationLeftAndRightAreUnknown) {
  link("t1.nii.gz", "q0s0.nii.gz");
  EXPECT_TRUE(test::notes(index().notices, kWarning, "left and right are unknown"));
}

TEST_F(FaultyStudy, UndeclaredLabelValuesAreAnErrorThatNamesThem) {
  const fs::path dataset = folder_ / "Dataset001";
  fs::create_directories(dataset / "imagesTr");
  fs::create_directories(dataset / "labelsTr");
  fs::copy(test::test_data() / "faulty/base_t1.nii.gz", dataset / "imagesTr/c_0000.nii.gz");
  fs::copy(test::test_data() / "faulty/seg_labels_0124.nii.gz", dataset / "labelsTr/c.nii.gz");
  const auto declare = [&](const std::string& labels) {
    test::write_text(dataset / "dataset.json", R"({"channel_names": {"0": "T1"}, "labels": )" + labels + "}");
  };
  declare(R"({"background": 0, "a": 1, "b": 2})");
  const Index refused = index_of({folder_.path()});
  EXPECT_EQ(test::lines(refused), Lines{"c: t1"});
  EXPECT_TRUE(test::notes(refused.notices, kError, "which the labels of"));
  declare(R"({"background": 0, "a": [1, 2, 4], "b": [4]})");
  const Index accepted = index_of({folder_.path()});
  EXPECT_EQ(test::lines(accepted), Lines{"c: t1 | c.nii.gz"});
  EXPECT_TRUE(accepted.notices.empty());
  EXPECT_EQ(accepted.file.table.regions.front().second, (std::vector<int>{1, 2, 4}));
}

TEST(RealData, FiveStudiesInThreeFolders) {
  const fs::path data = test::test_data();
  if (data.empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const Index found = index_of({data / "openms", data / "stroke_3modal", data / "isles2022"}, Depth::kHeader);
  EXPECT_EQ(test::lines(found), (Lines{"patient07: flair t1 t1c t2 | gold.nii.gz", "patient19: flair t1 t1c t2 | gold.nii.gz",
                                       "patient26: flair t1 t1c t2 | gold.nii.gz", "stroke_3modal: flair t1 t2",
                                       "sub-strokecase0009_ses-0001: flair dwi adc | sub-strokecase0009_ses-0001_msk.nii.gz"}));
  EXPECT_EQ(found.facts[0].reference.size, (image::Size{182, 218, 182}));
  EXPECT_EQ(found.facts[4].reference.size, (image::Size{112, 112, 73}));
  EXPECT_TRUE(test::notes(found.notices, kWarning, "flair: 512x512x29 at 0.449x0.449x5 mm"));
  EXPECT_TRUE(test::notes(found.notices, kWarning, "ISLES2022: ISLES 2022; openms: no declared meaning"));
  EXPECT_TRUE(found.skipped.empty());
}

TEST(RealData, RawVisitWithAPrefix) {
  const fs::path data = test::test_data();
  if (data.empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const Index found = index_of({data / "openms_raw"}, Depth::kHeader);
  EXPECT_EQ(test::lines(found), Lines{"patient12: flair t1 t2"});
  EXPECT_EQ(found.notices.size(), 2U); // two of three images are on another grid than the finest
}

TEST(IndexStudies, KnownLabelSchemesGoIntoTheFile) {
  const test::TemporaryFolder folder;
  const auto put_case = [&](const std::string& id, const std::string& separator, const std::string& t1, int value) {
    const std::string stem = id + "/" + id + separator;
    test::put_images(folder.path(), {stem + t1 + ".nii"});
    test::write_text(folder / (stem + "seg.nii"), test::tiny_label({1, 2, value}));
  };
  put_case("BraTS2021_00000", "_", "t1", 4);
  EXPECT_EQ(index_of({folder.path()}).file.table.regions[1].second, (std::vector<int>{1, 4})); // TC
  put_case("BraTS2021_00002", "_", "t1", 3);                                                   // the values of other editions
  const Index wrong = index_of({folder.path()});
  EXPECT_TRUE(wrong.file.table.labels.empty());
  EXPECT_TRUE(test::notes(wrong.notices, kWarning, "values 0 1 2 3 4 do not fit BraTS 2017-2021"));
  fs::remove_all(folder / "BraTS2021_00002");
  put_case("BraTS-GLI-00003-000", "-", "t1n", 3);
  EXPECT_TRUE(test::notes(index_of({folder.path()}).notices, kWarning, "mean different things"));
  fs::remove_all(folder / "BraTS2021_00000");
  EXPECT_EQ(index_of({folder.path()}).file.table.labels[3], (std::pair<std::string, int>{"ET", 3}));
  fs::remove_all(folder / "BraTS-GLI-00003-000");
  put_case("BraTS-PED-00001-000", "-", "t1n", 3); // 2023 or 2024
  EXPECT_TRUE(test::notes(index_of({folder.path()}).notices, kWarning, "fit each of BraTS 2023, BraTS-PED 2024"));
  put_case("BraTS-PED-00002-000", "-", "t1n", 4);
  EXPECT_EQ(index_of({folder.path()}).file.table.labels[1], (std::pair<std::string, int>{"ET", 1}));
}

TEST(IndexStudies, EqualIdsOfTwoFoldersAreToldApart) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"a/p1/T1.nii", "b/p1/T1.nii"});
  EXPECT_EQ(test::lines(index_of({folder / "a", folder / "b"})), (Lines{"a_p1: t1", "b_p1: t1"}));
  EXPECT_EQ(test::lines(index_of({folder / "a", folder / "a"})), Lines{"p1: t1"}); // the same folder twice
}

TEST(IndexStudies, WhatIsWrittenIsReadBackTheSame) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"set/p1/T1.nii", "set/p1/FLAIR.nii", "set/p1/seg.nii", "set/p2/T1.nii"});
  const Index found = index_of({folder / "set"});
  study::write_studies_file(folder / "studies.json", found.file);
  const Index again = index_of({folder / "studies.json"});
  EXPECT_EQ(test::lines(again), test::lines(found));
  EXPECT_TRUE(again.notices.empty());
}

TEST(IndexStudies, ResultsDoNotDependOnThreads) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"p1/T1.nii", "p1/T2.nii", "p2/T1.nii"});
  test::write_text(folder / "p2/T2.nii", "damaged");
  const Index one = study::index_studies({.inputs = {folder.path()}, .threads = 1});
  const Index many = study::index_studies({.inputs = {folder.path()}, .threads = 7});
  EXPECT_EQ(test::lines(one), test::lines(many));
  ASSERT_EQ(one.notices.size(), 1U);
  EXPECT_EQ(one.notices[0].text, many.notices[0].text);
}

TEST(IndexStudies, TwoThousandStudiesAreListedAndChecked) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"one.nii"});
  for (int i = 0; i < 2000; ++i) {
    const fs::path study = folder / ("set/p" + std::to_string(10000 + i));
    fs::create_directories(study);
    fs::create_hard_link(folder / "one.nii", study / "T1.nii");
    fs::create_hard_link(folder / "one.nii", study / "FLAIR.nii");
  }
  const Index found = index_of({folder / "set"});
  EXPECT_EQ(found.file.studies.size(), 2000U);
  EXPECT_EQ(found.file.studies[1999].id, "p11999");
  EXPECT_TRUE(found.notices.empty());
}

} // namespace
} // namespace brainmvp
