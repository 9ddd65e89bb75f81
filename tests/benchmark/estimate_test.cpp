// What a plan is said to cost.
#include "benchmark/estimate.h"

#include <algorithm>

#include "benchmark/results.h"
#include "benchmark/small_plan.h"

namespace brainmvp::benchmark {
namespace {
namespace fs = std::filesystem;

// A cell that is done: `seconds` in all, with so many steps of half a second.
Cell done_cell(const fs::path& folder, const std::string& name, double seconds, int steps) {
  const fs::path own = folder / folder_of(name);
  fs::create_directories(own / "run");
  test::write_text(own / kResultName, "{}");
  test::write_text(own / kSecondsName, std::to_string(seconds) + "\n");
  std::string lines;
  for (int i = 0; i < steps; ++i) {
    lines += R"({"step":1,"seconds":)" + std::string(i == 0 ? "9" : "0.5") + "}\n";
  }
  test::write_text(own / "run/metrics.jsonl", lines);
  return {.name = name, .steps = static_cast<std::uint64_t>(steps), .units = 10, .group = "tune", .trains = "steps"};
}

TEST(Estimate, StepsAndPatientsAreCountedApart) {
  const test::TemporaryFolder folder;
  const Cell small = done_cell(folder.path(), "small", 1 + 4 * 0.5 + 10 * 0.2, 4);
  const Costs costs = costs_of(folder.path(), {small}, 1);
  EXPECT_NEAR(costs.at("steps").step_seconds, 0.5, 1e-9);
  EXPECT_NEAR(costs.at("tune").unit_seconds, 0.2, 1e-9);
  EXPECT_GT(costs.at("tune").unit_bytes, 0);
  Cell large = small;
  large.name = "large";
  large.steps = 7000;
  large.units = 500;
  large.voxels = 2'000'000;
  // 1 s to start, 3500 s of steps, 100 s of patients
  const std::string text = estimate_text(folder.path(), {small, large}, costs, 1, 2);
  test::expect_part(text, "tune          2     1   7004             2.0        1.00");
  test::expect_part(text, "0.50 hours with 2 cells at a time");
}

TEST(Estimate, AMiniatureHasEveryGroupOnce) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "plan.toml", test::kSmallPlan);
  const Plan plan = read_plan(folder / "plan.toml");
  const auto groups = [](const std::vector<Cell>& cells) {
    std::vector<std::string> names;
    std::ranges::transform(cells, std::back_inserter(names), &Cell::group);
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
  };
  const std::vector<Cell> cells = cells_of(miniature(plan), {});
  const std::vector<Cell> measuring = measuring_cells(cells, {});
  EXPECT_EQ(groups(measuring), groups(cells_of(plan, {})));
  EXPECT_LT(measuring.size(), cells.size());
  const std::vector<Cell> rest = measuring_cells(cells, {{"pretrain-simclr-uniformer_tiny", {}}, {"data-pretraining", {}}});
  EXPECT_EQ(std::ranges::count(rest, "data-pretraining", &Cell::name), 0);
  EXPECT_EQ(std::ranges::count(rest, "data-atrophy", &Cell::name), 1);
}

} // namespace
} // namespace brainmvp::benchmark
