#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "support/support.h"

namespace brainmvp {
namespace {

TEST(Random, SameKeysSameStreamOtherKeysAnother) {
  RandomStream a({1, 2, 3});
  RandomStream b({1, 2, 3});
  RandomStream c({1, 3, 2});
  for (int i = 0; i < 10; ++i) {
    const auto value = a.next();
    EXPECT_EQ(value, b.next());
    EXPECT_NE(value, c.next());
  }
}

TEST(Random, TextKeyIsFnv1a) {
  EXPECT_EQ(text_key(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(text_key("a"), 0xaf63dc4c8601ec8cULL); // published test vector
}

TEST(Random, BelowIsUniform) {
  RandomStream stream({42});
  std::array<int, 6> counts{};
  constexpr int kDraws = 60'000;
  for (int i = 0; i < kDraws; ++i) {
    ++counts.at(stream.below(6));
  }
  double chi_squared = 0;
  for (const int count : counts) {
    chi_squared += std::pow(count - kDraws / 6.0, 2) / (kDraws / 6.0);
  }
  EXPECT_LT(chi_squared, 20.5); // 99.9% of 5 degrees of freedom
}

TEST(Random, NormalHasItsMoments) {
  RandomStream stream({7});
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = stream.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
}

TEST(Random, PermutationHoldsEveryNumberOnce) {
  RandomStream stream({3});
  const auto order = stream.permutation(100);
  EXPECT_EQ(std::set<std::size_t>(order.begin(), order.end()).size(), 100U);
  EXPECT_FALSE(std::ranges::is_sorted(order));
  EXPECT_TRUE(stream.permutation(0).empty());
}

} // namespace
} // namespace brainmvp
