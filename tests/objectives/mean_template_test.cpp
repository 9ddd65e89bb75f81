#include "objectives/brainmvp/mean_template.h"

#include <gtest/gtest.h>

#include "store/handmade_store.h"

namespace brainmvp::objectives {
namespace {

TEST(MeanTemplate, AveragesInTheTemplateGrid) {
  const test::TemporaryFolder folder;
  test::write_handmade_store(folder.path(), {{.id = "a", .size = {10, 12, 9}, .modalities = {"t1", "swi", "t2"}},
                                             {.id = "b", .size = {6, 20, 9}, .modalities = {"flair", "t1", "t1c", "t2"}},
                                             {.id = "c", .size = {12, 8, 16}, .modalities = {"t1", "t2", "dwi", "adc", "pd"}}});
  const store::Store opened = store::Store::open(folder.path());
  const std::vector<std::size_t> all{0, 1, 2};
  const image::Size grid{13, 12, 17};
  const MeanTemplate mean = mean_template(opened, all, "t1", {8, 8, 8}, grid, store::Intensities::kClipped);
  EXPECT_EQ(mean.studies, 3U);
  EXPECT_EQ(mean_template(opened, all, "t1", {8, 8, 8}, grid, store::Intensities::kClipped, 3).values, mean.values);
  EXPECT_EQ(mean_template(opened, all, "flair", {8, 8, 8}, grid, store::Intensities::kClipped).studies, 1U);
  EXPECT_EQ(mean_template(opened, all, "mra", {8, 8, 8}, grid, store::Intensities::kClipped).studies, 0U);
  // Template voxel (7, 5, 9). a: offsets 1, 0, 4. b: 6 is padded to 8, so 2 + 1; floor((12 - 20) / 2) = -4; 4. c: 0, 2, 0.
  const double a = test::handmade_intensity(0, 6, 5, 5);
  const double b = test::handmade_intensity(1, 4, 9, 5);
  const double c = test::handmade_intensity(0, 7, 3, 9);
  EXPECT_NEAR(mean.values[(7 * 12 + 5) * 17 + 9], (a + b + c) / 3 / 4681, 1e-6);
}

} // namespace
} // namespace brainmvp::objectives
