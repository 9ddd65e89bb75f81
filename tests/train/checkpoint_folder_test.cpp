#include "train/checkpoint_folder.h"

#include "checkpoint/checkpoint.h"
#include "support/support.h"

namespace brainmvp::train {
namespace {
namespace fs = std::filesystem;
using checkpoint::Value;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

TEST(CheckpointFolder, KeepsTheNewestNumberedOnesAndLast) {
  const test::TemporaryFolder parent;
  CheckpointFolder folder(parent / "checkpoints", 2);
  for (const std::uint64_t step : {9, 10, 11}) {
    folder.write_last(step, {checkpoint::Dict{{{std::string("step")}, {static_cast<std::int64_t>(step)}}}});
  }
  EXPECT_EQ(names_in(parent / "checkpoints"), (std::vector<std::string>{"last.pt", "step_00000010.pt", "step_00000011.pt"}));
  EXPECT_EQ(checkpoint::read_pt(parent / "checkpoints/step_00000010.pt").find("step")->integer("step"), 10);
  EXPECT_EQ(checkpoint::read_pt(folder.last()).find("step")->integer("step"), 11);
}

} // namespace
} // namespace brainmvp::train
