// What is concluded from the rows of tests.
#include "benchmark/comparison.h"

#include <algorithm>

#include "support/support.h"

namespace brainmvp::benchmark {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;

json test_of(const std::string& objective, const std::string& task, int pretrain_seed, int finetune_seed,
             const std::vector<double>& scores) {
  json test{{"objective", objective},
            {"backbone", "net"},
            {"task", task},
            {"kind", "segment"},
            {"labelled", 4},
            {"metric", "dice"},
            {"pretrain_seed", pretrain_seed},
            {"finetune_seed", finetune_seed},
            {"patients", json::array()}};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] >= 0) { // others are missing
      test["patients"].push_back({{"patient", "p" + std::to_string(i)}, {"score", scores[i]}});
    }
  }
  return test;
}

class Compared : public testing::Test {
protected:
  Comparison of(const json& tests) {
    test::write_text(folder_ / "results.json", json{{"tests", tests}, {"work", json::array()}}.dump());
    return compare_results(folder_ / "results.json");
  }
  test::TemporaryFolder folder_;
};

const Difference& difference(const Comparison& comparison, const std::string& objective, const std::string& reference,
                             const std::string& task) {
  const auto found = std::ranges::find_if(comparison.differences, [&](const Difference& one) {
    return one.objective == objective && one.reference == reference && one.setting.task == task;
  });
  EXPECT_NE(found, comparison.differences.end()) << objective << " - " << reference << ", " << task;
  return *found;
}

TEST_F(Compared, DifferencesArePairedOverPatientsAndSeeds) {
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, {0.1, 0.2, 0.3}),
                                    test_of("scratch", "a", 0, 2, {0.3, 0.2, 0.1}), test_of("mae", "a", 1, 1, {0.2, 0.4, 0.4}),
                                    test_of("mae", "a", 1, 2, {0.5, 0.2, 0.2}), test_of("mae", "a", 2, 1, {0.2, 0.3, 0.5})});
  const Difference& one = difference(comparison, "mae", "scratch", "a");
  EXPECT_EQ(one.seeds, 3U);
  EXPECT_EQ(one.patients, 3U);
  // by patient: (0.1 + 0.2 + 0.1) / 3, (0.2 + 0 + 0.1) / 3, (0.1 + 0.1 + 0.2) / 3
  EXPECT_NEAR(one.mean, (0.4 + 0.3 + 0.4) / 9, 1e-12);
  EXPECT_GE(one.interval.low, 0.1 - 1e-12);
  EXPECT_LE(one.interval.high, 0.4 / 3 + 1e-12);
  EXPECT_NEAR(one.p, 0.25, 1e-12); // all three of one sign: 2 / 2^3
  const Difference& back = difference(comparison, "scratch", "mae", "a");
  EXPECT_NEAR(back.mean, -one.mean, 1e-12);
  const auto mae = std::ranges::find(comparison.scores, "mae", &Score::objective);
  EXPECT_EQ(mae->seeds, 3U);
  EXPECT_NEAR(mae->mean, (1.0 + 0.9 + 1.0) / 9, 1e-12);
  ASSERT_TRUE(mae->seed_deviation.has_value());
  EXPECT_GT(*mae->seed_deviation, 0);
}

TEST_F(Compared, RunsOfOtherSeedsAreNotPaired) {
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, {0.1, 0.2}), test_of("mae", "a", 1, 2, {0.5, 0.5}),
                                    test_of("simclr", "a", 2, 2, {0.5, 0.5})});
  EXPECT_TRUE(comparison.differences.empty());
}

TEST_F(Compared, AMissingPatientIsTheWorst) {
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, {0.4, 0.4}), test_of("mae", "a", 1, 1, {0.4, -1})});
  EXPECT_NEAR(difference(comparison, "mae", "scratch", "a").mean, -0.2, 1e-12);
}

TEST_F(Compared, SubsetsOfModalitiesAreMeansOfTheirOwn) {
  json one = test_of("mae", "a", 1, 1, {0.4, 0.6});
  one["subsets"] = {{{"only", "t1"}, {"metric", "dice"}, {"patients", {{{"patient", "p0"}, {"score", 0.2}}}}}}; // p1 is missing
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, {0.1, 0.1}), one});
  ASSERT_EQ(comparison.subsets.size(), 1U);
  EXPECT_EQ(comparison.subsets[0].only, "t1");
  EXPECT_NEAR(comparison.subsets[0].mean, 0.1, 1e-12);
}

TEST_F(Compared, TasksCountAlikeInTheirMean) {
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, {0, 0, 0, 0}), test_of("mae", "a", 1, 1, {0.1, 0.1, 0.1, 0.1}),
                                    test_of("scratch", "b", 0, 1, {0.5}), test_of("mae", "b", 1, 1, {0.8})});
  const Difference& mean = difference(comparison, "mae", "scratch", "");
  EXPECT_NEAR(mean.mean, 0.2, 1e-12);
  EXPECT_NEAR(mean.interval.low, 0.2, 1e-12); // no patient differs from the others of the task
  EXPECT_EQ(mean.patients, 5U);
}

TEST_F(Compared, RanksShareTiesAndSayHowOftenOneIsFirst) {
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, {0.1, 0.1}), test_of("mae", "a", 1, 1, {0.4, 0.4}),
                                    test_of("simclr", "a", 1, 1, {0.1, 0.1})});
  ASSERT_EQ(comparison.ranks.size(), 3U);
  EXPECT_EQ(comparison.ranks[0].rank, 2.5);
  EXPECT_EQ(comparison.ranks[1].rank, 1);
  EXPECT_NEAR(comparison.ranks[1].first, 1, 1e-9);
  EXPECT_EQ(comparison.ranks[2].rank, 2.5);
}

TEST_F(Compared, WhoIsFirstTogetherSharesIt) {
  const Comparison comparison =
      of({test_of("scratch", "a", 0, 1, {0, 0}), test_of("mae", "a", 1, 1, {0, 0}), test_of("simclr", "a", 1, 1, {0, 0})});
  for (const Rank& rank : comparison.ranks) {
    EXPECT_NEAR(rank.first, 1.0 / 3, 1e-9) << rank.objective;
  }
}

TEST_F(Compared, EqualMeansOfSeedsAreNoDifference) {
  const std::vector<double> low(6, 0.1), high(6, 0.7);
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, low), test_of("scratch", "a", 0, 2, high),
                                    test_of("mae", "a", 1, 1, high), test_of("mae", "a", 1, 2, low)});
  EXPECT_EQ(difference(comparison, "mae", "scratch", "a").p, 1);
}

TEST_F(Compared, TheMeanOverTasksHasAllOfThem) {
  const auto of_number = [](json test, int labelled) {
    test["labelled"] = labelled;
    return test;
  };
  const json scratch = test_of("scratch", "a", 0, 1, {0.1, 0.2}), mae = test_of("mae", "a", 1, 1, {0.3, 0.5});
  const Comparison comparison = of({scratch, mae, of_number(scratch, 2), of_number(mae, 2), test_of("scratch", "b", 0, 1, {0.1}),
                                    test_of("mae", "b", 1, 1, {0.1})});
  for (const Difference& one : comparison.differences) {
    EXPECT_TRUE(!one.setting.task.empty() || one.setting.labelled == 4);
  }
  EXPECT_NEAR(difference(comparison, "mae", "scratch", "").mean, 0.125, 1e-12);
}

TEST_F(Compared, OneSeedHasNoDeviation) {
  const Comparison comparison = of(json::array({test_of("scratch", "a", 0, 1, {0.1, 0.2})}));
  EXPECT_FALSE(comparison.scores[0].seed_deviation.has_value());
  EXPECT_TRUE(json::parse(comparison_json(comparison))["scores"][0]["seed_deviation"].is_null());
}

TEST_F(Compared, TablesHaveAllRows) {
  const Comparison comparison = of({test_of("scratch", "a", 0, 1, {0.1, 0.2}), test_of("mae", "a", 1, 1, {0.3, 0.4})});
  const std::string text = comparison_text(comparison);
  test::expect_part(text, "all tasks");
  test::expect_part(text, "scratch       0.200    [0.200, 0.200]         -");
  const json root = json::parse(comparison_json(comparison));
  EXPECT_EQ(root["scores"].size(), 2U);
  EXPECT_EQ(root["differences"].size(), 4U); // two references, each with the task and the mean
  EXPECT_EQ(root["differences"][0]["objective"], "mae");
}

} // namespace
} // namespace brainmvp::benchmark
