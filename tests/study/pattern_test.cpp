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
            Lines{"BraTS-GLI-00001-000: mtr t1c | BraTS-GLI-00001-000-seg.nii"});
  EXPECT_EQ(test::lines(index_with(folder / "brats", {"skip=*seg*"})), Lines{"BraTS-GLI-00001-000: t1 t1c"});
  const Index twice = index_with(folder / "brats", {"t1c=*-t1n.nii"});
  EXPECT_TRUE(test::notes(twice.notices, test::kError, "left out, since the study has another t1c"));
}

TEST(Pattern, OfAFileThatALayoutLeavesOutIsAnError) {
  const test::TemporaryFolder folder;
  test::put_images(folder / "data", {"sub-01/anat/sub-01_T1w.nii", "derivatives/x/sub-01/sub-01_FLAIR.nii"});
  const Index found = index_with(folder / "data", {"flair=*derivatives*FLAIR.nii"});
  EXPECT_TRUE(test::notes(found.notices, test::kError, "left out all the same: derivatives other than label maps"));
}

} // namespace
} // namespace brainmvp
