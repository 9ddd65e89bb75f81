// Every reader that needs no torch, under the same few thousand changed inputs in each test run.
#include <gtest/gtest-spi.h>

#include "fuzzer/replay_cases.h"

namespace brainmvp::fuzz {
namespace {

TEST(Replay, AFindingFails) {
  const Target broken{"broken", [](Input) { require(false, "a promise"); },
                      [](std::size_t number) { return std::string(number == 0 ? "x" : ""); }};
  EXPECT_NONFATAL_FAILURE(replay(broken, 0), "broken, seed 0: a promise");
}

} // namespace
} // namespace brainmvp::fuzz
