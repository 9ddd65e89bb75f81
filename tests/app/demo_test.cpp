// The demo's script from a fresh folder to a report, in its smallest size, interrupted on the way.
#include "app/run_checks.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

TEST(Demo, IsInterruptedAndGoesOnToAReport) {
  const test::TemporaryFolder folder;
  const fs::path demo = folder / "demo";
  const std::vector<std::string> command{
      "bash", test::golden("../../scripts/demo.sh"), test::brainmvp_program(), demo, "--size", "small", "--threads", "2"};
  EXPECT_EQ(test::stop_command(command, demo / "runs/pretrain", 1, SIGINT), 130);
  EXPECT_FALSE(fs::exists(demo / "report.html"));
  const test::ProcessResult result = test::run_process(command);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(test::metrics(demo / "runs/pretrain").size(), 4U);
  EXPECT_NE(result.out.find("WT"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find((demo / "report.html").string()), std::string::npos) << result.err;
  for (const char* name : {"pretrained", "scratch", "without_t1c", "flair_alone"}) {
    const auto rows = nlohmann::json::parse(test::read_text(demo / "results" / (std::string(name) + ".json")))["cases"];
    EXPECT_EQ(rows.size(), 6U) << name; // two patients, three regions
  }
  const std::string report = test::read_text(demo / "report.html");
  EXPECT_NE(report.find("</html>"), std::string::npos);
  EXPECT_LT(report.size(), std::size_t{8} << 20);
}

} // namespace
} // namespace brainmvp
