#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

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

// scripts/bench_against.py with a public network of one layer and a program that answers at once.
class BenchAgainst : public testing::Test {
protected:
  BenchAgainst() {
    test::write_text(folder_ / "program", R"sh(#!/bin/sh
[ "$2 $3" = "step --precision" ] || exit 2
[ "$4" = bf16 ] && seconds=0.25 || seconds=0.5
echo "{\"results\": [{\"seconds\": $seconds, \"peak_rss_bytes\": 1000}]}"
)sh");
    fs::permissions(folder_ / "program", fs::perms::owner_all);
    fs::create_directories(folder_ / "public/models");
  }

  test::ProcessResult against() const {
    return test::run_python("import sys, runpy; script = sys.argv.pop(1); sys.argv[0] = script; runpy.run_path(script, "
                            "run_name='__main__')",
                            {test::golden("../../scripts/bench_against.py"), folder_ / "program", folder_ / "public", "--threads",
                             "1", "--repetitions", "2", "--json"});
  }

  test::TemporaryFolder folder_;
};

TEST_F(BenchAgainst, TimesAStepOfTheCheckoutAndOfTheProgram) {
  test::write_text(folder_ / "public/models/Uniformer.py", R"py(
import torch
from timm.models.layers import DropPath, trunc_normal_

class RecModel(torch.nn.Module):
    def __init__(self, args, dim):
        super().__init__()
        self.layer = torch.nn.Conv3d(1, 1, 3)
    def forward(self, x, args, index, rep_start_point, rearranged_series, cur_epoch, series_name):
        return self.layer(x[:, index:index + 1]).square().mean(), 0, 0, 0
)py");
  const auto result = against();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_GT(report.at("public_seconds").get<double>(), 0);
  for (const auto& [precision, seconds] : {std::pair{"fp32", 0.5}, {"bf16", 0.25}}) {
    const auto& ours = report.at("ours").at(precision);
    EXPECT_EQ(ours.at("seconds"), seconds);
    EXPECT_EQ(ours.at("peak_memory"), 1000);
    EXPECT_DOUBLE_EQ(ours.at("ratio").get<double>(), report.at("public_seconds").get<double>() / seconds);
  }
}

TEST_F(BenchAgainst, SaysWhatTheFolderLacks) {
  const auto result = against();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("expected the public code with models/Uniformer.py"), std::string::npos) << result.err;
}

} // namespace
} // namespace brainmvp
