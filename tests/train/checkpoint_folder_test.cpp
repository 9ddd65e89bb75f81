#include "train/checkpoint_folder.h"

#include <algorithm>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "support/support.h"
#include "train/find_checkpoint.h"

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

Value of_step(std::uint64_t step) { return {checkpoint::Dict{{{std::string("step")}, {static_cast<std::int64_t>(step)}}}}; }

std::int64_t step_in(const Value& value) { return value.find("step")->integer("step"); }

// checkpoints/ with last.pt, which is step_00000011.pt, and step_00000010.pt.
fs::path filled(const test::TemporaryFolder& parent) {
  CheckpointFolder folder(parent / "checkpoints", 2);
  for (const std::uint64_t step : {9, 10, 11}) {
    folder.write_last(step, of_step(step));
  }
  folder.wait();
  return parent / "checkpoints";
}

void cut(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }

TEST(CheckpointFolder, KeepsTheNewestNumberedOnesAndLast) {
  const test::TemporaryFolder parent;
  const fs::path folder = filled(parent);
  EXPECT_EQ(names_in(folder), (std::vector<std::string>{"last.pt", "step_00000010.pt", "step_00000011.pt"}));
  EXPECT_EQ(step_in(checkpoint::read_pt(folder / "step_00000010.pt")), 10);
  EXPECT_EQ(step_in(checkpoint::read_pt(folder / "last.pt")), 11);
}

TEST(CheckpointFolder, RemovesWhatAKilledProcessLeft) {
  const test::TemporaryFolder parent;
  test::write_text(parent / "checkpoints/.0123abcd.last.pt", "half");
  const CheckpointFolder folder(parent / "checkpoints", 2);
  EXPECT_TRUE(names_in(parent / "checkpoints").empty());
}

TEST(CheckpointFolder, AFailedWriteIsReportedWithItsCode) {
  const test::TemporaryFolder parent;
  CheckpointFolder folder(parent / "checkpoints", 2);
  fs::remove_all(parent / "checkpoints");
  folder.write_best(of_step(1));
  try {
    folder.wait();
    FAIL() << "nothing was reported";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutput);
    EXPECT_NE(error.message().find("the folder " + (parent / "checkpoints").string() + " is not there"), std::string::npos)
        << error.message();
  }
}

TEST(NewestWholeCheckpoint, IsLastWhereThatIsWhole) {
  const test::TemporaryFolder parent;
  EXPECT_FALSE(newest_whole_checkpoint(parent / "checkpoints").has_value());
  const auto found = newest_whole_checkpoint(filled(parent));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->file.filename(), "last.pt");
  EXPECT_EQ(step_in(found->value), 11);
  EXPECT_TRUE(found->damaged.empty());
}

TEST(NewestWholeCheckpoint, GoesDownPastDamageAndNamesIt) {
  const test::TemporaryFolder parent;
  const fs::path folder = filled(parent);
  cut(folder / "last.pt"); // one file with step_00000011.pt
  auto found = newest_whole_checkpoint(folder);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->file.filename(), "step_00000010.pt");
  EXPECT_EQ(step_in(found->value), 10);
  ASSERT_EQ(found->damaged.size(), 2U);
  EXPECT_NE(found->damaged[0].find("last.pt: "), std::string::npos) << found->damaged[0];
  EXPECT_NE(found->damaged[1].find("step_00000011.pt: "), std::string::npos) << found->damaged[1];

  CheckpointFolder(folder, 2).restore_last(found->file);
  EXPECT_EQ(step_in(checkpoint::read_pt(folder / "last.pt")), 10);
  fs::remove(folder / "last.pt");
  found = newest_whole_checkpoint(folder);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->file.filename(), "step_00000010.pt");
}

TEST(NewestWholeCheckpoint, NamesAllWhenNoneIsWhole) {
  const test::TemporaryFolder parent;
  const fs::path folder = filled(parent);
  cut(folder / "last.pt");
  test::write_text(folder / "step_00000010.pt", "");
  try {
    (void)newest_whole_checkpoint(folder);
    FAIL() << "something was found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    for (const char* name : {"last.pt: ", "step_00000011.pt: ", "step_00000010.pt: "}) {
      EXPECT_NE(error.message().find(name), std::string::npos) << error.message();
    }
  }
}

} // namespace
} // namespace brainmvp::train
