#include "objectives/brainmvp/masking.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"

namespace brainmvp::objectives {
namespace {

store::CropSample sample_of(std::vector<std::string> modalities, std::uint64_t epoch = 0) {
  store::CropSample sample;
  sample.modalities = std::move(modalities);
  sample.epoch = epoch;
  return sample;
}

const DrawOptions kOptions{.seed = 3, .crop = {96, 96, 96}, .mask_block = 8, .mask_rate = 0.8, .cross_modal = true};

TEST(DrawStep, KeepsTheFloorOfTheVisibleShareOfDifferentBlocks) {
  const auto kept = [](double rate, image::Size crop) {
    DrawOptions options = kOptions;
    options.mask_rate = rate;
    options.crop = crop;
    const ProxyDraws draws = draw_step(options, {sample_of({"t1", "t2"})}, {"a"});
    const std::set<std::int64_t> blocks(draws.kept_blocks_view1[0].begin(), draws.kept_blocks_view1[0].end());
    EXPECT_EQ(blocks.size(), draws.kept_blocks_view1[0].size()) << "a block twice";
    EXPECT_EQ(draws.kept_blocks_view2[0].size(), blocks.size());
    return blocks.size();
  };
  EXPECT_EQ(kept(0.8, {96, 96, 96}), 345U);  // of 1728
  EXPECT_EQ(kept(0.8, {32, 32, 32}), 12U);   // of 64
  EXPECT_EQ(kept(0.8, {40, 8, 8}), 1U);      // of 5, where 5 * (1 - 0.8) is below 1 in floating point
  EXPECT_EQ(kept(0.875, {48, 48, 48}), 27U); // of 216
}

TEST(DrawStep, DependsOnSeedEpochAndStudyButNotOnTheRestOfTheBatch) {
  const std::vector<std::string> modalities{"t1", "t2", "flair", "t1c"};
  const ProxyDraws alone = draw_step(kOptions, {sample_of(modalities, 4)}, {"b"});
  const ProxyDraws second = draw_step(kOptions, {sample_of({"t1"}), sample_of(modalities, 4)}, {"a", "b"});
  EXPECT_EQ(alone.kept_blocks_view1[0], second.kept_blocks_view1[1]);
  EXPECT_EQ(alone.kept_blocks_view2[0], second.kept_blocks_view2[1]);
  EXPECT_EQ(alone.target_channel[0], second.target_channel[1]);
  EXPECT_EQ(alone.source_channel[0], second.source_channel[1]);
  EXPECT_NE(alone.kept_blocks_view1[0], alone.kept_blocks_view2[0]);
  EXPECT_NE(alone.kept_blocks_view1[0], draw_step(kOptions, {sample_of(modalities, 5)}, {"b"}).kept_blocks_view1[0]);
  EXPECT_NE(alone.kept_blocks_view1[0], draw_step(kOptions, {sample_of(modalities, 4)}, {"c"}).kept_blocks_view1[0]);
  DrawOptions other = kOptions;
  other.seed = 4;
  EXPECT_NE(alone.kept_blocks_view1[0], draw_step(other, {sample_of(modalities, 4)}, {"b"}).kept_blocks_view1[0]);
}

TEST(DrawStep, SourceIsAnotherModalityAndEveryChannelComesUp) {
  const std::vector<std::string> modalities{"t1", "t2", "t1", "flair"}; // a study of three, one repeated
  std::set<std::int64_t> targets;
  for (std::uint64_t epoch = 0; epoch < 200; ++epoch) {
    const ProxyDraws draws = draw_step(kOptions, {sample_of(modalities, epoch)}, {"a"});
    const auto target = static_cast<std::size_t>(draws.target_channel[0]);
    targets.insert(draws.target_channel[0]);
    EXPECT_NE(modalities[target], modalities[static_cast<std::size_t>(draws.source_channel[0])]);
  }
  EXPECT_EQ(targets.size(), 4U);
}

TEST(DrawStep, OneModalityFallsBackToTheTemplate) {
  const ProxyDraws draws = draw_step(kOptions, {sample_of({"t1", "t1", "t1", "t1"})}, {"a"});
  EXPECT_EQ(draws.source_channel, std::vector<std::int64_t>{kFromTemplate});
}

TEST(DrawStep, WithoutCrossModalTheSourceIsEmpty) {
  DrawOptions options = kOptions;
  options.cross_modal = false;
  EXPECT_TRUE(draw_step(options, {sample_of({"t1", "t2"})}, {"a"}).source_channel.empty());
}

TEST(DrawStep, TargetsHaveATemplate) {
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    EXPECT_EQ(draw_step(kOptions, {sample_of({"t1_ir", "t2", "t1_ir"}, epoch)}, {"a"}).target_channel[0], 1);
  }
  try {
    draw_step(kOptions, {sample_of({"t1_ir", "swi"})}, {"patient 7"});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("patient 7"), std::string::npos);
  }
}

TEST(TemplateRows, FollowTheBank) {
  EXPECT_EQ(template_rows({"adc", "t1_ir", "flair"}), (std::vector<std::int64_t>{7, kNoTemplate, 0}));
}

} // namespace
} // namespace brainmvp::objectives
