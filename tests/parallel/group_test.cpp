#include "parallel/group.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <atomic>

#include "base/error.h"
#include "parallel/ranks.h"

namespace brainmvp::parallel {
namespace {

TEST(Group, ExchangesBetweenRanks) {
  test::run_ranks(4, [](const Group& group) {
    const auto own = static_cast<double>(group.rank());
    EXPECT_EQ(group.sum(std::vector<double>{own, 1}), (std::vector<double>{6, 4}));
    EXPECT_TRUE(group.gather(torch::full({2}, own))
                    .equal(torch::tensor({0., 0., 1., 1., 2., 2., 3., 3.}).view({4, 2}).to(torch::kFloat)));
    const torch::Tensor weights = torch::full({3}, own);
    group.broadcast({weights});
    EXPECT_TRUE(weights.equal(torch::zeros({3})));
    EXPECT_TRUE(group.any(group.rank() == 2));
    EXPECT_FALSE(group.any(false));
    EXPECT_EQ(group.texts("rank " + std::to_string(group.rank())),
              (std::vector<std::string>{"rank 0", "rank 1", "rank 2", "rank 3"}));
  });
}

TEST(Group, AProcessAloneNeedsNoOther) {
  const Group group;
  EXPECT_EQ(group.sum(std::vector<double>{3}), std::vector<double>{3});
  EXPECT_EQ(group.texts("a"), std::vector<std::string>{"a"});
  EXPECT_FALSE(group.any(false));
}

TEST(Group, AllRanksMeetTheFirstOnesError) {
  std::atomic<int> met = 0;
  test::run_ranks(3, [&](const Group& group) {
    try {
      group.first_does([] { throw Error(ExitCode::kOutput, "out: exists already"); });
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kOutput);
      EXPECT_EQ(error.message(), "out: exists already");
      ++met;
    }
    int done = 0;
    group.first_does([&] { ++done; });
    EXPECT_EQ(done, group.is_first() ? 1 : 0);
  });
  EXPECT_EQ(met, 3);
}

TEST(Group, NamesARankThatIsGone) {
  std::atomic<int> told = 0;
  test::run_ranks(3, [&](const Group& group) {
    if (group.rank() == 2) {
      return; // its connections close, and its beats stop
    }
    try {
      group.wait_for_all();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kInternal);
      EXPECT_NE(error.message().find("rank 2 ("), std::string::npos) << error.message();
      ++told;
    }
  });
  EXPECT_EQ(told, 2);
}

TEST(Group, NamesRanksThatDoNotCome) {
  const auto store = c10::make_intrusive<c10d::HashStore>();
  try {
    Group::over(store, {.rank = 0, .size = 3, .address = {}}, {.timeout = std::chrono::seconds(1)});
    FAIL() << "two ranks are missing";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(error.message().find("did not come within 1 s: 1, 2"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp::parallel
