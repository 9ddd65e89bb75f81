// The readers of checkpoints, under the same few thousand changed inputs in each test run.
#include "fuzzer/replay.h"

namespace brainmvp::fuzz {
namespace {

class Replay : public ::testing::TestWithParam<Target> {};

TEST_P(Replay, ChangedInputsAreReadOrRefused) {
  constexpr std::size_t kChanges = 2000;
  replay(GetParam(), kChanges);
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, Replay, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& instance) { return std::string(instance.param.name); });

} // namespace
} // namespace brainmvp::fuzz
