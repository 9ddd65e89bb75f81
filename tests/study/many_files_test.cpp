// One folder with very many files. BRAINMVP_MANY_FILES sets how many (docs/background/reliability.md has the figures of 100,000).
#include "base/machine.h"
#include "study/fake_tree.h"

namespace brainmvp {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kMostMemory = 1'000'000'000; // bytes

std::size_t file_count() { return test::count_from_environment("BRAINMVP_MANY_FILES", 4000); }

TEST(ManyFiles, OneFolderIsIndexedWithinAGigabyte) {
  const test::TemporaryFolder folder;
  test::put_images(folder.path(), {"image.nii", "seg.nii"});
  fs::create_directories(folder / "set");
  const std::size_t cases = file_count() / 4;
  for (std::size_t i = 0; i < cases; ++i) {
    const std::string stem = "set/p" + std::to_string(1'000'000 + i) + "_";
    for (const char* word : {"t1", "t2", "flair"}) {
      fs::copy_file(folder / "image.nii", folder / (stem + word + ".nii"));
    }
    fs::copy_file(folder / "seg.nii", folder / (stem + "seg.nii"));
  }
  const study::Index found = study::index_studies({.inputs = {folder / "set"}, .threads = 2});
  ASSERT_EQ(found.file.studies.size(), cases);
  EXPECT_EQ(found.file.studies.back().images.size(), 3U);
  EXPECT_TRUE(found.file.studies.back().label.has_value());
  EXPECT_TRUE(found.notices.empty());
  EXPECT_LT(peak_resident_memory(), kMostMemory);
  RecordProperty("peak_mb", static_cast<int>(peak_resident_memory() / 1'000'000));
}

} // namespace
} // namespace brainmvp
