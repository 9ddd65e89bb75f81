// The command as a process: killed, shared, failing.
#include <algorithm>
#include <csignal>
#include <map>
#include <set>
#include <sstream>

#include "benchmark/small_plan.h"
#include "support/process.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

class Benchmark : public testing::Test {
protected:
  void SetUp() override { test::write_text(folder_ / "plan.toml", test::kSmallPlan); }

  [[nodiscard]] std::vector<std::string> command(const std::string& output, const std::string& jobs = "1") const {
    return test::brainmvp_command({"benchmark", folder_ / "plan.toml", "-o", folder_ / output, "--jobs", jobs});
  }
  [[nodiscard]] std::string rows(const std::string& output) const { return test::read_text(folder_ / output / "results.tsv"); }

  test::TemporaryFolder folder_;
};

std::vector<std::string> begun(const std::string& messages) {
  std::vector<std::string> names;
  for (std::size_t at = messages.find("begins "); at != std::string::npos; at = messages.find("begins ", at + 1)) {
    names.push_back(messages.substr(at + 7, messages.find('\n', at) - at - 7));
  }
  return names;
}

// The heads that `simulate` says its studies were made from.
std::set<std::string> heads_of(const fs::path& cohort) {
  std::istringstream table(test::read_text(cohort / "simulation.tsv"));
  std::set<std::string> heads;
  std::string line;
  std::getline(table, line);
  EXPECT_TRUE(line.ends_with("\thead")) << line;
  while (std::getline(table, line)) {
    heads.insert(line.substr(line.rfind('\t') + 1));
  }
  return heads;
}

void expect_test_heads_in_no_training(const fs::path& cells) {
  const std::set<std::string> tested = heads_of(cells / "data-atrophy/test");
  EXPECT_FALSE(tested.empty());
  for (const char* cohort : {"data-pretraining/training", "data-atrophy/training", "data-atrophy/validation"}) {
    for (const std::string& head : heads_of(cells / cohort)) {
      EXPECT_TRUE(head.starts_with("head_")) << head;
      EXPECT_FALSE(tested.contains(head)) << cohort << ": " << head;
    }
  }
}

TEST_F(Benchmark, KilledTwiceAndSharedByTwoGivesTheSameResults) {
  const test::ProcessResult whole = test::run_process(command("whole"));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_EQ(std::ranges::count(rows("whole"), '\n'), 1 + 4 * 2); // four tests of two patients
  EXPECT_EQ(begun(whole.err).size(), 12U);
  expect_test_heads_in_no_training(folder_ / "whole/cells");

  const fs::path cells = folder_ / "parts/cells";
  for (const char* sign :
       {"pretrain-simclr-uniformer_tiny-p1/run/checkpoints/last.pt", "test-simclr-uniformer_tiny-atrophy-2-p1-f1/log.txt"}) {
    test::Process killed(command("parts"));
    ASSERT_TRUE(killed.wait_until([&] { return fs::exists(cells / sign); })) << sign;
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.wait().exit_code, 128 + SIGKILL);
  }
  EXPECT_FALSE(fs::exists(cells / "test-simclr-uniformer_tiny-atrophy-2-p1-f1/result.json"));
  test::Process one(command("parts"));
  test::Process other(command("parts"));
  const test::ProcessResult first = one.wait();
  const test::ProcessResult second = other.wait();
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(rows("parts"), rows("whole"));
  std::map<std::string, int> times;
  for (const std::string& messages : {first.err, second.err}) {
    for (const std::string& name : begun(messages)) {
      ++times[name];
    }
  }
  EXPECT_EQ(times.size(), 3U); // the last three tests
  for (const auto& [name, count] : times) {
    EXPECT_EQ(count, 1) << name;
  }
  const test::ProcessResult again = test::run_process(command("parts"));
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(begun(again.err).empty());
}

TEST_F(Benchmark, AFailedCellIsNamedAndTheOthersGoOn) {
  std::string plan = test::kSmallPlan;
  plan.replace(plan.find("\"simclr\"]"), 9, "\"mae\"]");
  plan.replace(plan.find("[objective.simclr]"), 18,
               "[objective.mae.options]\ntemplate_size = [9, 9, 9]"); // which mae does not have
  test::write_text(folder_ / "plan.toml", plan);
  const test::ProcessResult result = test::run_process(command("failing", "2"));
  EXPECT_EQ(result.exit_code, 4);
  test::expect_part(result.err, "1 cell failed");
  test::expect_part(result.err, "pretrain-mae-uniformer_tiny-p1: brainmvp pretrain ended with ");
  test::expect_part(result.err, "test-mae-uniformer_tiny-atrophy-2-p1-f2: needs tune-mae");
  test::expect_part(result.out, "7 of 12 cells done");
  EXPECT_EQ(std::ranges::count(rows("failing"), '\n'), 1 + 2 * 2);
}

TEST_F(Benchmark, WrongOptionsAreNamedBeforeAnythingRuns) {
  std::string plan = test::kSmallPlan;
  plan.replace(plan.find("validate_every"), 14, "validate_evry ");
  test::write_text(folder_ / "plan.toml", plan);
  const test::ProcessResult result = test::run_process(command("wrong"));
  EXPECT_EQ(result.exit_code, 2);
  test::expect_part(result.err, "the plan's options for brainmvp finetune: ");
  test::expect_part(result.err, "--validate-evry");
  EXPECT_FALSE(fs::exists(folder_ / "wrong"));
}

TEST_F(Benchmark, StopsInOrderWhenItIsInterrupted) {
  test::Process process(command("stopped"));
  ASSERT_TRUE(process.wait_until([&] { return fs::exists(folder_ / "stopped/cells/data-atrophy/log.txt"); }));
  process.signal(SIGINT);
  const test::ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "stopped")) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("lock.")) << entry.path();
  }
}

} // namespace
} // namespace brainmvp
