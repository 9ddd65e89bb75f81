// Inputs as people reported them: names of contrasts, label words, label maps named as images, masks of two values.
#include "study/index.h"

#include "study/fake_tree.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using study::Index;
using test::kWarning;
using Lines = std::vector<std::string>;

Index index_field(const std::string& folder, study::ModalityTable table = study::ModalityTable::standard()) {
  return study::index_studies({.inputs = {test::test_data() / "field" / folder}, .table = std::move(table), .threads = 2});
}

class FieldNames : public ::testing::Test {
protected:
  void SetUp() override {
    if (test::test_data().empty()) {
      GTEST_SKIP() << test::kNoTestData;
    }
  }
};

TEST_F(FieldNames, OfOtherContrasts) {
  const Index suffix = index_field("names_of_other_contrasts/suffix");
  EXPECT_EQ(test::lines(suffix), Lines{"p1: t1"});
  EXPECT_TRUE(test::notes(suffix.notices, kWarning, "T1 FLAIR is T1-weighted"));
  const Index bids = index_field("names_of_other_contrasts/bids");
  EXPECT_EQ(test::lines(bids), (Lines{"sub-01: flair", "sub-02: t1c", "sub-03: t1 t1c"}));
}

TEST_F(FieldNames, AsDcm2niixWritesThem) {
  const Index found = index_field("dcm2niix_names/data");
  ASSERT_EQ(found.file.studies.size(), 1U);
  EXPECT_EQ(found.file.studies[0].modalities, (Lines{"flair", "t1", "t2", "mra", "dwi", "adc"}));
}

TEST_F(FieldNames, LabelWordsAreLabels) {
  const Index found = index_field("label_words/data");
  ASSERT_EQ(found.file.studies.size(), 6U);
  for (const study::Study& study : found.file.studies) {
    EXPECT_TRUE(study.label.has_value()) << study.id;
  }
  EXPECT_TRUE(test::notes(found.notices, kWarning, "a mask whose name does not say of what"));
}

TEST_F(FieldNames, ALabelMapIsNoImage) {
  const Index found = index_field("label_map_named_t1/data");
  ASSERT_EQ(found.file.studies.size(), 1U);
  EXPECT_EQ(found.file.studies[0].images[0].filename(), "T1.nii.gz");
}

TEST_F(FieldNames, ALabelMapThatIsTheOnlyImageIsLeftOutUnlessForced) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "p");
  const auto mask = test::test_data() / "field/label_map_named_t1/data/mri/ThalamicNuclei.v10.T1.nii.gz";
  const auto image = test::test_data() / "field/label_map_named_t1/data/mri/T1.nii.gz";
  std::filesystem::create_symlink(mask, folder / "p/T1.nii.gz");
  std::filesystem::create_symlink(image, folder / "p/T2.nii.gz");
  const Index found = study::index_studies({.inputs = {folder.path()}});
  EXPECT_EQ(test::lines(found), Lines{"p: t2"});
  EXPECT_TRUE(test::notes(found.notices, kWarning, "--pattern"));
  study::ModalityTable forcing = study::ModalityTable::standard();
  forcing.add_pattern("t1=T1.nii.gz");
  EXPECT_EQ(test::lines(study::index_studies({.inputs = {folder.path()}, .table = forcing})), Lines{"p: t1 t2"});
}

TEST_F(FieldNames, MasksOfTwoValuesAreWarnedOf) {
  EXPECT_TRUE(test::notes(index_field("masks_0_1_and_0_255/data").notices, kWarning, "1 in 2 (p0, ...), 255 in 1 (p2)"));
}

} // namespace
} // namespace brainmvp
