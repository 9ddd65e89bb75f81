#include "finetune/foreground.h"

#include "base/error.h"
#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp::finetune {
namespace {

// Values of the label map: its handmade ones, taken modulo 256.
store::Store handmade(const test::TemporaryFolder& folder) {
  test::write_handmade_store(folder.path(), {{.id = "anna", .size = {9, 7, 5}, .modalities = {"t1"}, .label = true}});
  return store::Store::open(folder.path());
}

TEST(FindForeground, CountsEveryVoxelAndKnowsWhereItLies) {
  const test::TemporaryFolder folder;
  const store::Store store = handmade(folder);
  const Foreground foreground = find_foreground(store.studies()[0], 1);
  std::uint64_t voxels = 0;
  for (const auto& [value, count] : foreground.counts) {
    voxels += count;
    if (value != 0) {
      EXPECT_EQ(foreground.voxels.at(value).size(), count) << value;
    }
  }
  EXPECT_EQ(voxels, 9 * 7 * 5);
  for (const auto& [value, places] : foreground.voxels) {
    for (const auto& [i, j, k] : places) {
      EXPECT_EQ(test::handmade_value(1, static_cast<std::size_t>(i), static_cast<std::size_t>(j), static_cast<std::size_t>(k)) %
                    256,
                value);
    }
  }
}

TEST(FindForeground, CountsVoxelsToIgnoreAndDrawsNone) {
  const test::TemporaryFolder folder;
  const store::Store store = handmade(folder);
  const Foreground all = find_foreground(store.studies()[0], 1);
  const int value = all.voxels.begin()->first;
  const Foreground without = find_foreground(store.studies()[0], 1, value);
  EXPECT_EQ(without.counts, all.counts);
  EXPECT_FALSE(without.voxels.contains(value));
  EXPECT_EQ(without.voxels.size() + 1, all.voxels.size());
}

TEST(CropAround, HoldsItsVoxelAndStaysInThePaddedVolume) {
  RandomStream stream({5});
  const image::Size volume{40, 20, 10};
  const image::Size crop{16, 16, 16};
  for (int i = 0; i < 500; ++i) {
    const store::Start voxel{static_cast<std::int64_t>(stream.below(40)), static_cast<std::int64_t>(stream.below(20)),
                             static_cast<std::int64_t>(stream.below(10))};
    const store::Start start = crop_around(voxel, volume, crop, stream);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      EXPECT_GE(voxel[axis], start[axis]);
      EXPECT_LT(voxel[axis], start[axis] + 16);
    }
    EXPECT_GE(start[0], 0);
    EXPECT_LE(start[0], 24);
    EXPECT_EQ(start[2], -3); // padded by 6, the smaller half in front
  }
}

TEST(DrawVoxel, SeesEachValueAsOften) {
  Foreground foreground;
  foreground.voxels[1].assign(1000, {1, 1, 1});
  foreground.voxels[4].assign(1, {4, 4, 4});
  RandomStream stream({2});
  int rare = 0;
  for (int i = 0; i < 1000; ++i) {
    rare += draw_voxel(foreground, stream)[0] == 4 ? 1 : 0;
  }
  EXPECT_NEAR(rare, 500, 60);
}

TEST(LabelNames, AreTheTablesOrTheValuesThemselves) {
  Foreground foreground;
  foreground.counts = {{0, 90}, {2, 7}, {4, 3}};
  const std::vector<std::pair<std::string, Foreground>> studies{{"anna", foreground}};
  const auto names = label_names({}, studies);
  EXPECT_EQ(names, (std::vector<std::pair<std::string, int>>{{"background", 0}, {"2", 2}, {"4", 4}}));
  const study::LabelTable table{.labels = {{"background", 0}, {"edema", 2}}};
  try {
    label_names(table, studies);
    FAIL() << "an undeclared value was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("anna"), std::string::npos);
    EXPECT_NE(error.message().find("value 4 in 3 voxels"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp::finetune
