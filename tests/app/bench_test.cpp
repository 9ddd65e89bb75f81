#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/support.h"

namespace brainmvp {
namespace {

TEST(Bench, PrintsItsRowsAsJson) {
  const auto result = test::run_brainmvp({"bench", "step", "depthwise", "--network", "uniformer_tiny", "--crop", "32",
                                          "--repetitions", "1", "--precision", "bf16", "--threads", "1", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_FALSE(report.at("cpu").get<std::string>().empty());
  EXPECT_GT(report.at("peak_gflops").at("fp32").get<double>(), 0);
  ASSERT_EQ(report.at("results").size(), 2U);
  for (const auto& row : report.at("results")) {
    EXPECT_EQ(row.at("precision"), "bf16");
    EXPECT_GT(row.at("seconds").get<double>(), 0);
    EXPECT_GT(row.at("gflops").get<double>(), 0);
    EXPECT_GT(row.at("peak_rss_bytes").get<double>(), 1e7);
    EXPECT_DOUBLE_EQ(row.at("ratio").get<double>(), row.at("baseline_seconds").get<double>() / row.at("seconds").get<double>());
  }
}

TEST(Bench, NamesTheNearestBenchmark) {
  const auto result = test::run_brainmvp({"bench", "stepp"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("did you mean step?"), std::string::npos) << result.err;
}

} // namespace
} // namespace brainmvp
