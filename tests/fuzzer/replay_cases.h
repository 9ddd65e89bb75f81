// The test of a program's own targets, for the one file that includes this.
#pragma once

#include "fuzzer/replay.h"

namespace brainmvp::fuzz {

class Replay : public ::testing::TestWithParam<Target> {};

TEST_P(Replay, ChangedInputsAreReadOrRefused) {
  constexpr std::size_t kChanges = 2000;
  replay(GetParam(), kChanges);
}

INSTANTIATE_TEST_SUITE_P(Targets, Replay, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& instance) { return std::string(instance.param.name); });

} // namespace brainmvp::fuzz
