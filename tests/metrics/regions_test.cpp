#include "metrics/regions.h"

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::metrics {
namespace {

const study::LabelTable& brats() {
  static const study::LabelTable table{.labels = {{"background", 0}, {"necrosis", 1}, {"edema", 2}, {"enhancing", 4}},
                                       .regions = {{"ET", {4}}, {"TC", {1, 4}}, {"WT", {1, 2, 4}}},
                                       .classes = {}};
  return table;
}

image::LabelVolume volume_of(const std::vector<std::int32_t>& values) {
  return {.size = {values.size(), 1, 1}, .affine = {}, .data = values};
}

TEST(Regions, AreThoseOfTheTableAndElseItsLabels) {
  const RegionTable chosen = choose_regions(brats(), {});
  ASSERT_EQ(chosen.regions.size(), 3U);
  EXPECT_EQ(chosen.regions[1].name, "TC");
  EXPECT_EQ(chosen.regions[1].values, (std::vector<int>{1, 4}));
  EXPECT_EQ(chosen.declared, (std::vector<int>{0, 1, 2, 4}));
  study::LabelTable labels = brats();
  labels.regions.clear();
  EXPECT_EQ(choose_regions(labels, {}).regions.size(), 3U); // without the background
  EXPECT_EQ(choose_regions(labels, {}).regions[0].name, "necrosis");
}

TEST(Regions, CanBeChosenByNameValueOrDefinition) {
  const RegionTable chosen = choose_regions(brats(), {.labels = {"edema", "4"}, .regions = {"WT", "core=1,4"}});
  ASSERT_EQ(chosen.regions.size(), 4U);
  EXPECT_EQ(chosen.regions[0].values, (std::vector<int>{2}));
  EXPECT_EQ(chosen.regions[1].name, "enhancing");
  EXPECT_EQ(chosen.regions[2].values, (std::vector<int>{1, 2, 4}));
  EXPECT_EQ(chosen.regions[3].name, "core");
  EXPECT_EQ(chosen.regions[3].values, (std::vector<int>{1, 4}));
}

TEST(Regions, ThatTheTableLacksAreRefused) {
  EXPECT_THROW(choose_regions(brats(), {.labels = {"3"}, .regions = {}}), Error);
  EXPECT_THROW(choose_regions(brats(), {.labels = {}, .regions = {"core"}}), Error);
  EXPECT_THROW(choose_regions(brats(), {.labels = {}, .regions = {"core=3"}}), Error);
  EXPECT_THROW(choose_regions(brats(), {.labels = {}, .regions = {"core=1,x"}}), Error);
  EXPECT_THROW(choose_regions({}, {.labels = {"edema"}, .regions = {}}), Error);
  EXPECT_THROW(choose_regions(brats(), {.labels = {}, .regions = {"WT", "WT"}}), Error);
}

TEST(Regions, AreNoneOfTheVoxelsToIgnore) {
  study::LabelTable table{.labels = {{"background", 0}, {"lesion", 1}}, .ignore = 2};
  const RegionTable chosen = choose_regions(table, {});
  ASSERT_EQ(chosen.regions.size(), 1U);
  EXPECT_EQ(chosen.ignore, 2);
  const image::LabelVolume reference = volume_of({0, 1, 2, 2});
  check_declared(reference, chosen, "r.nii");
  image::LabelVolume prediction = volume_of({1, 1, 1, 0});
  clear_ignored(prediction, reference, chosen);
  EXPECT_EQ(prediction.data, (std::vector<std::int32_t>{1, 1, 0, 0}));
  EXPECT_THROW(choose_regions(table, {.labels = {"ignore"}, .regions = {}}), Error);
  EXPECT_THROW(choose_regions(table, {.labels = {}, .regions = {"all=1,2"}}), Error);
}

TEST(Regions, OfValuesAreNamedAfterThem) {
  const std::vector<Region> regions = regions_of_values({4, 0, 1, 4});
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].name, "1");
  EXPECT_EQ(regions[1].name, "4");
}

TEST(Regions, HoldTheVoxelsOfAnyOfTheirValues) {
  EXPECT_EQ(mask_of(volume_of({0, 1, 2, 4, 1}), {.name = "TC", .values = {1, 4}}), (std::vector<std::uint8_t>{0, 1, 0, 1, 1}));
}

TEST(Regions, RefuseAnUndeclaredValueWithFileValueAndCount) {
  const RegionTable table = choose_regions(brats(), {});
  EXPECT_NO_THROW(check_declared(volume_of({0, 1, 4}), table, "p.nii"));
  const std::string message = test::message_of([&] { check_declared(volume_of({0, 3, 3, 4, 7, 3}), table, "p.nii"); });
  EXPECT_NE(message.find("p.nii"), std::string::npos) << message;
  EXPECT_NE(message.find("value 3 in 3 voxels"), std::string::npos) << message;
  EXPECT_NE(message.find("value 7 in 1 voxels"), std::string::npos) << message;
  EXPECT_NO_THROW(check_declared(volume_of({0, 3}), choose_regions({}, {}), "p.nii"));
}

} // namespace
} // namespace brainmvp::metrics
