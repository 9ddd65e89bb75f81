#include "metrics/holm.h"

#include "support/support.h"

namespace brainmvp::metrics {
namespace {

TEST(Holm, CorrectsForTheNumberInOrder) {
  EXPECT_EQ(holm({0.01, 0.04, 0.03}), (std::vector<double>{0.03, 0.06, 0.06})); // 3 x 0.01, then the largest of 2 x 0.03 and 0.04
  EXPECT_EQ(holm({0.6, 0.7}), (std::vector<double>{1, 1}));
}

} // namespace
} // namespace brainmvp::metrics
