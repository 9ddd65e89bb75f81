#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <system_error>

#include "base/machine.h"
#include "base/thread_pool.h"
#include "support/support.h"

namespace brainmvp {
namespace {

TEST(ThreadPool, FuturesGiveResultsAndExceptions) {
  ThreadPool pool(3);
  auto good = pool.submit([] { return 42; });
  auto bad = pool.submit([]() -> int { throw std::runtime_error("no"); });
  EXPECT_EQ(good.get(), 42);
  EXPECT_THROW(bad.get(), std::runtime_error);
}

TEST(ThreadPool, FinishesSubmittedWorkBeforeItGoes) {
  std::atomic<int> done{0};
  {
    ThreadPool pool(2);
    for (int i = 0; i < 100; ++i) {
      pool.submit([&done] { ++done; });
    }
  }
  EXPECT_EQ(done, 100);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they map more than any limit allows
TEST(ThreadPool, EndsWhenAThreadCannotBeStarted) {
  const auto start_too_many = [] {
    const rlimit limit{.rlim_cur = 500'000'000, .rlim_max = RLIM_INFINITY};
    ::setrlimit(RLIMIT_AS, &limit);
    try {
      const ThreadPool pool(1000);
    } catch (const std::system_error&) {
      ::_exit(6);
    }
    ::_exit(0);
  };
  EXPECT_EXIT(start_too_many(), testing::ExitedWithCode(6), "");
}
#endif

TEST(ParallelFor, VisitsEveryIndexOnce) {
  for (const std::size_t threads : {1U, 2U, 7U}) {
    std::vector<std::atomic<int>> visits(50);
    parallel_for(visits.size(), threads, [&visits](std::size_t i) { ++visits[i]; });
    for (const auto& count : visits) {
      EXPECT_EQ(count, 1);
    }
  }
}

TEST(ParallelFor, RethrowsTheFirstIndexAndStillDoesTheRest) {
  std::atomic<int> done{0};
  try {
    parallel_for(20, 4, [&done](std::size_t i) {
      ++done;
      if (i == 3 || i == 15) {
        throw std::runtime_error(std::to_string(i));
      }
    });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
  EXPECT_EQ(done, 20);
}

TEST(Machine, FiguresArePlausible) {
  EXPECT_GT(available_memory(), 1'000'000U);
  EXPECT_GT(peak_resident_memory(), 1'000'000U);
  EXPECT_GE(processor_count(), 1U);
  const test::TemporaryFolder folder;
  EXPECT_EQ(free_disk(folder / "not/yet/there") > 0, free_disk(folder.path()) > 0);
}

} // namespace
} // namespace brainmvp
