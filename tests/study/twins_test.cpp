// Equal images under several names.
#include "study/twins.h"

#include "io/image_file.h"
#include "study/fake_tree.h"
#include "study/index.h"

namespace brainmvp {
namespace {

using study::Index;
using study::Study;
using Lines = std::vector<std::string>;

TEST(Twins, AreTheMoreSeriousTheFartherApart) {
  const std::vector<Study> studies{{.id = "a"}, {.id = "b"}, {.id = "c", .split = study::Split::kTest}, {.id = "d"}};
  const study::Twins twins = study::find_twins(studies, {{0, "t1", "x"},
                                                         {2, "t1", "x"},
                                                         {0, "t2", "y"},
                                                         {2, "t2", "y"},
                                                         {0, "flair", "z"},
                                                         {1, "flair", "z"},
                                                         {3, "t1", "w"},
                                                         {3, "pd", "w"}});
  EXPECT_EQ(twins.of_splits, Lines{"t1, t2 of training a, test c"});
  EXPECT_EQ(twins.of_patients, Lines{"flair of training a, training b"});
}

TEST(Twins, VisitsOfOnePatientAreNone) {
  const std::vector<Study> studies{{.id = "p_tp1"}, {.id = "p_tp2"}};
  const study::Twins twins = study::find_twins(studies, {{0, "t1", "x"}, {1, "t1", "x"}});
  EXPECT_TRUE(twins.of_splits.empty() && twins.of_patients.empty());
}

// The voxels count, not the bytes of the file.
TEST(Twins, AreFoundWhateverTheirFilesAreNamedOrPackedAs) {
  const test::TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& seed) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    io::write_nifti(folder / name, {.size = {12, 12, 12}, .affine = {}, .data = test::fill(seed, 12 * 12 * 12)});
  };
  write("train/a/a_t1.nii", "one");
  write("test/b/b_t1.nii", "one");
  write("train/c/c_t1.nii", "another");
  ASSERT_EQ(test::run_process({"gzip", folder / "test/b/b_t1.nii"}).exit_code, 0);
  const Index found = study::index_studies({.inputs = {folder.path()}, .folds = std::nullopt});
  EXPECT_TRUE(test::notes(found.notices, test::kWarning, "t1 of training a, test b"));
  EXPECT_FALSE(test::notes(found.notices, test::kWarning, "training c"));
}

} // namespace
} // namespace brainmvp
