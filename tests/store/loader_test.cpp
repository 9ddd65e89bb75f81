#include "store/loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/error.h"
#include "handmade_store.h"
#include "store/crop_placement.h"
#include "store/sampler.h"

namespace brainmvp {
namespace {

using store::CropBatch;
using store::CropLoader;
using store::CropLoaderOptions;
using store::draw_place;
using store::Start;
using test::TemporaryFolder;

TEST(CropPlacement, OffsetsByHand) {
  // (240 - 181) / 2 = 29; 5 is padded to 8, 1 voxel in front, floor((21 - 8) / 2) = 6; floor((10 - 13) / 2) = -2.
  EXPECT_EQ(store::grid_offset({181, 5, 13}, {96, 8, 8}, {240, 21, 10}), (Start{29, 7, -2}));
}

TEST(CropPlacement, PaddedVolumesHaveOnePlace) {
  RandomStream stream({1});
  const store::CropPlace place = draw_place({5, 8, 3}, {8, 8, 8}, {9, 8, 11}, stream);
  EXPECT_EQ(place.start, (Start{-1, 0, -2})); // the smaller half of the padding in front
  EXPECT_EQ(place.grid_start, (image::Size{0, 0, 1}));
}

TEST(CropPlacement, AllStartsAreDrawnAndNoOthers) {
  std::set<std::int64_t> starts;
  RandomStream stream({3});
  for (int i = 0; i < 400; ++i) {
    const store::CropPlace place = draw_place({20, 30, 9}, {16, 16, 8}, {24, 30, 9}, stream);
    starts.insert(place.start[0]);
    EXPECT_EQ(static_cast<std::int64_t>(place.grid_start[0]), place.start[0] + 2);
    EXPECT_EQ(static_cast<std::int64_t>(place.grid_start[1]), place.start[1]);
  }
  EXPECT_EQ(starts, (std::set<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(CropPlacement, VolumesLargerThanTheGridStayInsideIt) {
  std::set<std::int64_t> starts;
  RandomStream stream({4});
  for (int i = 0; i < 400; ++i) {
    const store::CropPlace place = draw_place({25, 25, 25}, {8, 8, 12}, {12, 12, 12}, stream);
    starts.insert(place.start[0]); // floor((12 - 25) / 2) = -7: template 0 is voxel 7
    EXPECT_EQ(static_cast<std::int64_t>(place.grid_start[0]), place.start[0] - 7);
    EXPECT_EQ(place.start[2], 7);
    EXPECT_EQ(place.grid_start[2], 0U);
  }
  EXPECT_EQ(starts, (std::set<std::int64_t>{7, 8, 9, 10, 11}));
}

CropLoaderOptions small(std::size_t threads = 1) {
  return {.seed = 11,
          .distribution = {.samples_per_step = 2, .batch_size = 2},
          .modalities = {"flair", "t1", "t1c", "t2", "pd", "dwi", "adc"},
          .channels = 4,
          .crop = {8, 8, 8},
          .common_grid = image::Size{12, 13, 14},
          .threads = threads};
}

void write_three(const TemporaryFolder& folder) {
  test::write_handmade_store(folder.path(), {{.id = "a", .size = {10, 12, 9}, .modalities = {"t1", "swi", "t2"}},
                                             {.id = "b", .size = {6, 20, 9}, .modalities = {"flair", "t1", "t1c", "t2"}},
                                             {.id = "c", .size = {12, 8, 16}, .modalities = {"t1", "t2", "dwi", "adc", "pd"}}});
}

TEST(CropLoader, BatchesHoldTheCropsTheyDescribe) {
  const TemporaryFolder folder;
  write_three(folder);
  const store::Store opened = store::Store::open(folder.path());
  CropLoader loader(opened, {0, 1, 2}, small());
  const store::Sampler sampler(11, 3);
  for (std::uint64_t step = 0; step < 9; ++step) {
    const CropBatch batch = loader.next();
    EXPECT_EQ(batch.number, step);
    ASSERT_EQ(batch.samples.size(), 2U);
    ASSERT_EQ(batch.images.size(), 2U * 4 * 512);
    for (std::size_t b = 0; b < 2; ++b) {
      const store::CropSample& sample = batch.samples[b];
      const store::Drawn drawn = sampler.at(2 * step + b);
      EXPECT_EQ(sample.study, drawn.index);
      EXPECT_EQ(sample.epoch, drawn.epoch);
      ASSERT_EQ(sample.modalities.size(), 4U);
      for (std::size_t channel = 0; channel < 4; ++channel) {
        std::vector<float> expected(512);
        opened.studies()[sample.study].copy_crop(sample.modalities[channel], sample.places.front().start, {8, 8, 8},
                                                 store::Intensities::kClipped, expected);
        const auto first = batch.images.begin() + static_cast<std::ptrdiff_t>((b * 4 + channel) * 512);
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(), first));
        EXPECT_NE(sample.modalities[channel], "swi"); // it is not asked for
      }
      for (std::size_t axis = 0; axis < 3; ++axis) {
        EXPECT_LE(sample.places.front().grid_start[axis] + 8, (image::Size{12, 13, 14})[axis]);
      }
    }
  }
  EXPECT_GE(loader.waited_seconds(), 0.0);
}

TEST(CropLoader, FewerModalitiesAreRepeatedAndMoreAreDrawn) {
  const TemporaryFolder folder;
  write_three(folder);
  const store::Store opened = store::Store::open(folder.path());
  CropLoader loader(opened, {0, 1, 2}, small());
  std::set<std::vector<std::string>> drawn;
  for (int step = 0; step < 60; ++step) {
    for (const store::CropSample& sample : loader.next().samples) {
      const std::set<std::string> names(sample.modalities.begin(), sample.modalities.end());
      if (sample.study == 0) {
        EXPECT_EQ(names, (std::set<std::string>{"t1", "t2"}));
      } else {
        EXPECT_EQ(names.size(), 4U);
      }
      if (sample.study == 2) {
        drawn.insert(sample.modalities);
      }
    }
  }
  EXPECT_EQ(drawn.size(), 5U); // each of the five is left out at times
}

std::vector<CropBatch> take(const store::Store& opened, const CropLoaderOptions& options, std::uint64_t first, int count) {
  CropLoader loader(opened, {2, 0, 1}, options, first);
  std::vector<CropBatch> batches;
  for (int i = 0; i < count; ++i) {
    batches.push_back(loader.next());
  }
  return batches;
}

TEST(CropLoader, ThreadsReadAheadAndResumingDoNotChangeBatches) {
  const TemporaryFolder folder;
  write_three(folder);
  const store::Store opened = store::Store::open(folder.path());
  const std::vector<CropBatch> expected = take(opened, small(1), 0, 12);
  const auto same = [&](const std::vector<CropBatch>& found, std::size_t from) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].number, expected[from + i].number);
      EXPECT_EQ(found[i].images, expected[from + i].images);
      EXPECT_EQ(found[i].samples.front().modalities, expected[from + i].samples.front().modalities);
      EXPECT_EQ(found[i].samples.back().places.front().grid_start, expected[from + i].samples.back().places.front().grid_start);
    }
  };
  same(take(opened, small(3), 0, 12), 0);
  CropLoaderOptions eager = small(5);
  eager.read_ahead = 7;
  same(take(opened, eager, 0, 12), 0);
  same(take(opened, small(2), 5, 7), 5);
}

TEST(CropLoader, TwoCropsOfASampleLieEachInItsOwnPlace) {
  const TemporaryFolder folder;
  write_three(folder);
  const store::Store opened = store::Store::open(folder.path());
  CropLoaderOptions options = small();
  options.crops = 2;
  options.common_grid = std::nullopt;
  CropLoader loader(opened, {0, 1, 2}, options);
  std::size_t apart = 0;
  for (int step = 0; step < 4; ++step) {
    const CropBatch batch = loader.next();
    ASSERT_EQ(batch.images.size(), 2U * 2 * 4 * 512);
    for (std::size_t b = 0; b < 2; ++b) {
      const store::CropSample& sample = batch.samples[b];
      ASSERT_EQ(sample.places.size(), 2U);
      apart += sample.places[0].start != sample.places[1].start ? 1U : 0U;
      for (std::size_t crop = 0; crop < 2; ++crop) {
        std::vector<float> expected(512);
        opened.studies()[sample.study].copy_crop(sample.modalities[1], sample.places[crop].start, {8, 8, 8},
                                                 store::Intensities::kClipped, expected);
        EXPECT_TRUE(std::ranges::equal(expected, std::span(batch.images).subspan(((b * 2 + crop) * 4 + 1) * 512, 512)));
      }
    }
  }
  EXPECT_GT(apart, 4U);
}

TEST(CropLoader, AStoreSmallerThanTheBatchRepeatsStudiesWithFreshDraws) {
  const TemporaryFolder folder;
  test::write_handmade_store(folder.path(), {{.id = "a", .size = {40, 40, 40}, .modalities = {"t1"}}});
  const store::Store opened = store::Store::open(folder.path());
  CropLoaderOptions options = small();
  options.distribution = {.samples_per_step = 6, .batch_size = 6};
  options.common_grid = {40, 40, 40};
  const CropBatch batch = CropLoader(opened, {0}, options).next();
  std::set<Start> starts;
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(batch.samples[i].epoch, i);
    starts.insert(batch.samples[i].places.front().start);
  }
  EXPECT_EQ(starts.size(), 6U);
}

ExitCode code_of(const store::Store& opened, std::vector<std::size_t> positions, const CropLoaderOptions& options) {
  try {
    CropLoader loader(opened, std::move(positions), options);
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kDone;
}

TEST(CropLoader, RefusesWhatCannotWork) {
  const TemporaryFolder folder;
  test::write_handmade_store(folder.path(), {{.id = "a", .size = {9, 9, 9}, .modalities = {"t1"}},
                                             {.id = "b", .size = {9, 9, 9}, .modalities = {"swi"}}});
  const store::Store opened = store::Store::open(folder.path());
  CropLoaderOptions options = small();
  EXPECT_EQ(code_of(opened, {0}, options), ExitCode::kDone);
  EXPECT_EQ(code_of(opened, {0, 1}, options), ExitCode::kBadInput); // no modality that is asked for
  EXPECT_EQ(code_of(opened, {}, options), ExitCode::kNothingFound);
  options.common_grid = {12, 7, 12};
  EXPECT_EQ(code_of(opened, {0}, options), ExitCode::kUsage);
}

TEST(CropPlacement, CountsStudiesLargerThanTheGrid) {
  const TemporaryFolder folder;
  write_three(folder);
  const store::Store opened = store::Store::open(folder.path());
  const std::vector<std::size_t> all{0, 1, 2};
  EXPECT_EQ(store::count_larger_than(opened, all, {12, 13, 14}), 2U);
  EXPECT_EQ(store::count_larger_than(opened, all, {20, 20, 20}), 0U);
}

} // namespace
} // namespace brainmvp
