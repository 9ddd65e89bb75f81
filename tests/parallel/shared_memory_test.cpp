#include "parallel/shared_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "parallel/ranks.h"

namespace brainmvp::parallel {
namespace {

constexpr auto kTimeout = std::chrono::seconds(60);

// That of rank 0 and, of the same name, those of the others.
std::vector<std::unique_ptr<SharedMemory>> memories(int ranks) {
  std::vector<std::unique_ptr<SharedMemory>> all;
  all.push_back(SharedMemory::create(0, ranks));
  for (int rank = 1; rank < ranks; ++rank) {
    all.push_back(SharedMemory::open(all[0]->name(), rank, ranks));
  }
  all[0]->forget_name();
  return all;
}

std::string fault_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(SharedMemory, MessagesComeInTheOrderOfRanksWhateverTheirPace) {
  const auto all = memories(3);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 3; ++rank) {
    threads.emplace_back([&, rank] {
      for (int round = 0; round < 500; ++round) {
        if (round % 100 == rank) { // the others fall asleep
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        const std::array<int, 2> own{rank, round};
        std::array<int, 6> found{};
        all[static_cast<std::size_t>(rank)]->gather(own.data(), sizeof(own), found.data(), kTimeout);
        ASSERT_EQ(found, (std::array<int, 6>{0, round, 1, round, 2, round}));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(SharedMemory, ARankThatHasEndedIsNamed) {
  auto all = memories(2);
  const int own = 7;
  std::array<int, 2> found{};
  const auto gather = [&] { all[0]->gather(&own, sizeof(own), found.data(), kTimeout); };
  std::thread last([&] {
    all[1]->gather(&own, sizeof(own), std::array<int, 2>().data(), kTimeout);
    all[1] = nullptr;
  });
  gather(); // what it sent before it ended still counts
  last.join();
  EXPECT_EQ(fault_of(gather), "rank 1 has ended");
}

TEST(SharedMemory, ARankThatDoesNotComeIsNamed) {
  const auto all = memories(2);
  const int own = 7;
  std::array<int, 2> found{};
  EXPECT_EQ(fault_of([&] { all[0]->gather(&own, sizeof(own), found.data(), std::chrono::seconds(1)); }),
            "rank 1 did not come within 1 s");
}

TEST(SharedMemory, MessagesOfUnequalLengthAreRefused) {
  const auto all = memories(2);
  const std::array<int, 2> own{};
  std::array<int, 4> found{};
  std::thread other([&] { fault_of([&] { all[1]->gather(own.data(), 8, std::array<int, 4>().data(), kTimeout); }); });
  EXPECT_EQ(fault_of([&] { all[0]->gather(own.data(), 4, found.data(), kTimeout); }),
            "rank 1 sends 8 bytes where rank 0 sends 4");
  other.join();
}

TEST(SharedMemory, NothingOfItStays) {
  const auto all = memories(2);
  EXPECT_EQ(SharedMemory::open(all[0]->name(), 1, 2), nullptr);
}

TEST(SharedMemory, APlaceIsTakenOnce) {
  const auto first = SharedMemory::create(0, 2);
  const auto other = SharedMemory::open(first->name(), 1, 2);
  EXPECT_EQ(SharedMemory::open(first->name(), 1, 2), nullptr);
  first->forget_name();
}

// On both sides of what goes through the memory.
TEST(Group, SmallAndLargeTensorsAreSummedAlike) {
  test::run_ranks(3, [](const Group& group) {
    for (const std::int64_t values : {1, 1000, 16 << 10, (16 << 10) + 1, 100'000}) {
      const at::Tensor own = at::arange(values, at::kFloat) * (group.rank() + 1);
      at::Tensor sum = own.clone();
      group.sum(sum);
      EXPECT_TRUE(sum.equal(at::arange(values, at::kFloat) * 6)) << values;
      const at::Tensor all = group.gather(own);
      EXPECT_EQ(all.sizes(), (std::vector<std::int64_t>{3, values}));
      EXPECT_TRUE(all[1].equal(at::arange(values, at::kFloat) * 2)) << values;
    }
  });
}

} // namespace
} // namespace brainmvp::parallel
