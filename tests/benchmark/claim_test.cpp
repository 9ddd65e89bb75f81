// Who may work on a cell.
#include "benchmark/claim.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "benchmark/owner.h"
#include "support/support.h"

namespace brainmvp::benchmark {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

// What a process that ended without a word leaves.
std::string dead_owner(const fs::path& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::ofstream(file) << this_process();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  return test::read_text(file);
}

std::string owner_elsewhere() { return "other-" + this_process(); }

TEST(Claim, IsOfOneUntilItIsGivenBack) {
  const test::TemporaryFolder folder;
  auto first = Claim::take(folder / "cell");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(Claim::take(folder / "cell"), nullptr);
  EXPECT_NE(Claim::take(folder / "other"), nullptr);
  first.reset();
  EXPECT_TRUE(fs::is_empty(folder / "cell"));
  EXPECT_NE(Claim::take(folder / "cell"), nullptr);
}

TEST(Claim, OfADeadProcessIsTakenUp) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "lock.1", dead_owner(folder / "owner"));
  const auto claim = Claim::take(folder.path());
  ASSERT_NE(claim, nullptr);
  EXPECT_TRUE(fs::exists(folder / "lock.2"));
  EXPECT_FALSE(fs::exists(folder / "lock.1"));
  EXPECT_EQ(Claim::take(folder.path()), nullptr);
}

TEST(Claim, OfAnotherMachineIsTakenUpAfterItsSilenceOnly) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "lock.1", owner_elsewhere());
  EXPECT_EQ(Claim::take(folder.path()), nullptr);
  fs::last_write_time(folder / "lock.1", fs::file_time_type::clock::now() - 1h);
  EXPECT_NE(Claim::take(folder.path()), nullptr);
}

TEST(Claim, GivesSignsOfLifeAndNoticesThatItIsLost) {
  const test::TemporaryFolder folder;
  const auto claim = Claim::take(folder.path(), {.beat = 1ms, .silence = 1h});
  fs::last_write_time(folder / "lock.1", fs::file_time_type::clock::now() - 1h);
  while (fs::last_write_time(folder / "lock.1") < fs::file_time_type::clock::now() - 30min) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_FALSE(claim->lost());
  test::write_text(folder / "lock.2", owner_elsewhere());
  while (!claim->lost()) {
    std::this_thread::sleep_for(1ms);
  }
}

TEST(Claim, TellsLivingDeadAndDistantProcesses) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(life_of(this_process()), Life::kAlive);
  EXPECT_EQ(life_of(dead_owner(folder / "owner")), Life::kDead);
  EXPECT_EQ(life_of(owner_elsewhere()), Life::kUnknown);
  EXPECT_EQ(life_of(""), Life::kUnknown);
}

} // namespace
} // namespace brainmvp::benchmark
