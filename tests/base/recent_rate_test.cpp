// The rate of the last minute.
#include "base/recent_rate.h"

#include "support/support.h"

namespace brainmvp {
namespace {

TEST(RecentRate, IsThatOfTheLastMinute) {
  RecentRate rate(100);
  EXPECT_EQ(rate.value(), 0);
  for (std::size_t i = 1; i <= 50; ++i) {
    rate.add(static_cast<double>(i), 100 + i); // one a second
  }
  EXPECT_DOUBLE_EQ(rate.value(), 1);
  for (std::size_t i = 1; i <= 120; ++i) {
    rate.add(50 + static_cast<double>(i), 150 + 3 * i); // three a second
  }
  EXPECT_DOUBLE_EQ(rate.value(), 3);
}

TEST(RecentRate, OfWorkThatTakesLongerThanAMinuteIsThatOfTheLastPiece) {
  RecentRate rate(0);
  rate.add(100, 1);
  rate.add(500, 2);
  EXPECT_DOUBLE_EQ(rate.value(), 1.0 / 400);
}

TEST(RecentRate, CountsManyPiecesOfOneSecond) {
  RecentRate rate(0);
  for (std::size_t i = 1; i <= 10000; ++i) {
    rate.add(static_cast<double>(i) / 100, i);
  }
  EXPECT_NEAR(rate.value(), 100, 1e-9);
}

} // namespace
} // namespace brainmvp
