#include "base/text.h"

#include "base/counted.h"
#include "support/support.h"

namespace brainmvp {
namespace {

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a-b__c", "-_"), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(split("", "-"), (std::vector<std::string>{""}));
}

TEST(Text, LowerCaseLeavesOtherBytesAlone) { EXPECT_EQ(to_lower("T1Gd-Ä"), "t1gd-Ä"); }

TEST(Text, ReadableSizesAndTimes) {
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1500), "1.5 kB");
  EXPECT_EQ(human_bytes(999'600), "1.0 MB");
  EXPECT_EQ(human_bytes(16'022'000'000ULL), "16 GB");
  EXPECT_EQ(human_seconds(4.25), "4.2 s");
  EXPECT_EQ(human_seconds(59.96), "1:00");
  EXPECT_EQ(human_seconds(3723), "1:02:03");
  EXPECT_EQ(human_seconds(-1), "?");
}

TEST(Text, CountsAgreeWithTheirNouns) {
  EXPECT_EQ(counted(1, "study"), "1 study");
  EXPECT_EQ(counted(0, "study"), "0 studies");
  EXPECT_EQ(counted(2, "label map"), "2 label maps");
  EXPECT_EQ(counted(3, "batch"), "3 batches");
  EXPECT_EQ(counted(3, "class"), "3 classes");
  EXPECT_EQ(counted(3, "key"), "3 keys");
  EXPECT_EQ(counted(1, "study is", "studies are"), "1 study is");
  EXPECT_EQ(counted(2, "study is", "studies are"), "2 studies are");
}

TEST(Text, ShortestReadsBackTheSame) {
  for (const double value : {0.1, 1.0 / 3, 3e-4, -2.5, 1e300}) {
    EXPECT_EQ(std::stod(shortest(value)), value);
  }
  EXPECT_EQ(shortest(0.1), "0.1");
}

TEST(Text, NearestNameFindsATypingErrorAndNothingFarAway) {
  const std::vector<std::string> names{"train.batch_size", "train.steps", "run.seed"};
  EXPECT_EQ(nearest_name("train.bacth_size", names), "train.batch_size");
  EXPECT_EQ(nearest_name("zzzz", names), "");
}

} // namespace
} // namespace brainmvp
