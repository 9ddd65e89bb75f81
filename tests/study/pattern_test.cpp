// --pattern, also in layouts that have patterns of their own.
#include "study/fake_tree.h"
#include "study/index.h"

namespace brainmvp {
namespace {

using study::Index;
using Lines = std::vector<std::string>;

Index index_with(const std::filesystem::path& root, const std::vector<std::string>& patterns) {
  study::ModalityTable table = study::ModalityTable::standard();
  for (const std::string& pattern : patterns) {
    table.add_pattern(pattern);
  }
  return study::index_studies({.inputs = {root}, .table = table, .depth = study::Depth::kHeader, .folds = std::nullopt});
}

TEST(Pattern, DecidesInLayoutsWithPatternsOfTheirOwn) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "brats",
                   {"BraTS-GLI-00001-000/BraTS-GLI-00001-000-t1n.nii", "BraTS-GLI-00001-000/BraTS-GLI-00001-000-t1c.nii",
                    "BraTS-GLI-00001-000/BraTS-GLI-00001-000-seg.nii"});
  EXPECT_EQ(test::lines(index_with(folder / "brats", {"skip=*-t1n.nii"})),
            Lines{"BraTS-GLI-00001-000: t1c | BraTS-GLI-00001-000-seg.nii"});
  EXPECT_EQ(test::lines(index_with(folder / "brats", {"mtr=*-t1n.nii"})),
            Lines{"BraTS-GLI-00001-000: t1c mtr | BraTS-GLI-00001-000-seg.nii"});
  EXPECT_EQ(test::lines(index_with(folder / "brats", {"skip=*seg*"})), Lines{"BraTS-GLI-00001-000: t1 t1c"});
}

TEST(Pattern, DecidesOverTheChannelsOfADataset) {
  const test::TemporaryFolder folder;
  const std::filesystem::path data = folder / "data";
  test::put_images(data, {"imagesTr/M_000_0000.nii", "imagesTr/M_000_0001.nii", "labelsTr/M_000.nii"});
  test::write_text(data / "dataset.json",
                   R"({"channel_names": {"0": "T1", "1": "FLAIR"}, "labels": {"background": 0, "lesion": 1}})");
  EXPECT_EQ(test::lines(index_with(data, {})), Lines{"M_000: flair t1 | M_000.nii"});
  EXPECT_EQ(test::lines(index_with(data, {"mtr=*_0000.nii"})), Lines{"M_000: mtr flair | M_000.nii"});
  EXPECT_EQ(test::lines(index_with(data, {"skip=*_0000.nii", "skip=*labelsTr*"})), Lines{"M_000: flair"});
  const Index twice = index_with(data, {"flair=*_0000.nii"});
  EXPECT_EQ(test::lines(twice), Lines{"M_000: flair | M_000.nii"});
  EXPECT_TRUE(test::notes(twice.notices, test::kError, "M_000_0001.nii: left out, since the study has another flair"));
}

TEST(Pattern, OfAFileThatALayoutLeavesOutIsAnError) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data", {"sub-01/anat/sub-01_T1w.nii", "derivatives/x/sub-01/sub-01_FLAIR.nii"});
  const Index found = index_with(folder / "data", {"flair=*derivatives*FLAIR.nii"});
  EXPECT_TRUE(test::notes(found.notices, test::kError, "left out all the same: derivatives other than label maps"));
}

} // namespace
} // namespace brainmvp
