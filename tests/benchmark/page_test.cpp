// The page of a benchmark.
#include "benchmark/page.h"

#include "support/support.h"

namespace brainmvp::benchmark {
namespace {

TEST(Page, HasTablesForestsCurvesAndRanksAndEscapesNames) {
  Comparison comparison{.objectives = {"scratch", "mae"}, .scores = {}, .differences = {}, .ranks = {}, .subsets = {}};
  for (const std::uint64_t labelled : {4, 8}) {
    const Setting setting{"net", "gli<oma", labelled};
    for (const std::string& objective : comparison.objectives) {
      comparison.scores.push_back(
          {.setting = setting, .objective = objective, .metric = "dice", .seeds = 1, .mean = 0.4321, .interval = {0.4, 0.5}});
      comparison.ranks.push_back(
          {.setting = setting, .objective = objective, .rank = objective == "mae" ? 1.0 : 2.0, .first = 0.875});
    }
    comparison.differences.push_back(
        {.setting = setting, .objective = "mae", .reference = "scratch", .mean = 0.1, .interval = {0.05, 0.15}, .holm = 0.02});
  }
  comparison.subsets.push_back({{"net", "gli<oma", 4}, "mae", "t1,flair", 0.125});
  const std::string page = comparison_page(comparison, "A & B");
  test::expect_part(page, "<title>A &amp; B</title>");
  test::expect_part(page, "gli&lt;oma, 4 labelled, net");
  test::expect_part(page, "0.432 [0.400, 0.500]");
  test::expect_part(page, "mae (p 0.020)");
  test::expect_part(page, "id=\"against-scratch\"");
  test::expect_part(page, "1.0 (88%)");
  test::expect_part(page, "\"x\":[4.0,8.0]");
  test::expect_part(page, "t1,flair");
  test::expect_part(page, "0.125");
  EXPECT_FALSE(test::contains(page, "id=\"against-mae\""));
  EXPECT_FALSE(test::contains(page, "gli<oma"));
  EXPECT_FALSE(test::contains(page, "http://")); // nothing is loaded
}

} // namespace
} // namespace brainmvp::benchmark
