// Every reader that needs no torch, under the same few thousand changed inputs in each test run.
#include <gtest/gtest-spi.h>

#include "fuzzer/replay.h"

namespace brainmvp::fuzz {
namespace {

class Replay : public ::testing::TestWithParam<Target> {};

TEST_P(Replay, ChangedInputsAreReadOrRefused) {
  constexpr std::size_t kChanges = 2000;
  replay(GetParam(), kChanges);
}

INSTANTIATE_TEST_SUITE_P(Readers, Replay, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(Replay, AFindingFails) {
  const Target broken{"broken", [](Input) { require(false, "a promise"); },
                      [](std::size_t number) { return std::string(number == 0 ? "x" : ""); }};
  EXPECT_NONFATAL_FAILURE(replay(broken, 0), "broken, seed 0: a promise");
}

} // namespace
} // namespace brainmvp::fuzz
