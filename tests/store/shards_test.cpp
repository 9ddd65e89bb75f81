#include "store/shards.h"

#include <algorithm>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::store {
namespace {

study::Study study_with(std::size_t images, bool label = false) {
  study::Study study;
  study.modalities.resize(images);
  if (label) {
    study.label = "label.nii";
  }
  return study;
}

TEST(Shards, DealOutImagesNotStudies) {
  // In order of images: 4, 4, 2, 1, 1; the shards then have 4+2 and 4+1+1.
  const std::vector<study::Study> studies{study_with(4), study_with(1), study_with(0, true), study_with(3, true), study_with(2)};
  EXPECT_EQ(shard_numbers(studies, 2), (std::vector<std::size_t>{1, 2, 2, 2, 1}));
  EXPECT_EQ(studies_of({2, 2}, studies).size(), 3U);
  EXPECT_EQ(shard_numbers(studies, 9), (std::vector<std::size_t>{1, 4, 5, 2, 3}));
  EXPECT_TRUE(studies_of({9, 9}, studies).empty());
}

TEST(Shards, EveryStudyIsInOneAndNeighboursAreSpread) {
  std::vector<study::Study> studies;
  for (std::size_t i = 0; i < 101; ++i) {
    studies.push_back(study_with(i < 40 ? 4 : 2)); // two data sets
  }
  for (const std::size_t count : {1U, 2U, 3U, 7U, 101U, 1000U}) {
    std::vector<std::size_t> of_first(std::min(count, studies.size()));
    std::size_t all = 0;
    const std::vector<std::size_t> numbers = shard_numbers(studies, count);
    std::for_each(numbers.begin(), numbers.begin() + 40, [&](std::size_t number) { ++of_first.at(number - 1); });
    EXPECT_LE(std::ranges::max(of_first), std::ranges::min(of_first) + 1) << count;
    for (std::size_t number = 1; number <= count; ++number) {
      all += studies_of({number, count}, studies).size();
    }
    EXPECT_EQ(all, studies.size());
  }
}

TEST(Shards, RefusesOtherNames) {
  EXPECT_EQ(shard_named("12/12").number, 12U);
  EXPECT_EQ(shard_named("1/30").count, 30U);
  for (const char* name : {"", "/", "1", "1/", "/4", "0/4", "5/4", "a/4", "1/b", "-1/4", "1/4/2", "1 /4", "0x1/4", "1.0/4",
                           "1/99999999999999999999"}) {
    try {
      (void)shard_named(name);
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      EXPECT_NE(error.message().find("I/N"), std::string::npos) << error.message();
    }
  }
}

} // namespace
} // namespace brainmvp::store
