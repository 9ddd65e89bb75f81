#include "train/run_folder.h"

#include <fstream>

#include "base/error.h"
#include "base/own_files.h"
#include "support/support.h"

namespace brainmvp::train {
namespace {
namespace fs = std::filesystem;

StepRecord record_of(std::uint64_t step) {
  return {.step = step,
          .epoch = step / 2,
          .values = {{"loss", 0.1 * static_cast<double>(step)}, {"learning_rate", 3e-4}},
          .timings = {{"seconds", 1.25}}};
}

ExitCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kDone;
}

TEST(RunFolder, MetricsAreJsonLinesInAFixedOrder) {
  EXPECT_EQ(metrics_line(record_of(3)),
            R"({"step":3,"epoch":1,"loss":0.30000000000000004,"learning_rate":0.0003,"seconds":1.25})");
}

TEST(RunFolder, ReopeningForgetsWhatCameAfterTheCheckpoint) {
  const test::TemporaryFolder parent;
  const fs::path folder = parent / "run";
  {
    RunFolder run = RunFolder::create(folder, "[train]\nsteps = 5\n");
    for (std::uint64_t step = 1; step <= 5; ++step) {
      run.record(record_of(step));
    }
  }
  EXPECT_EQ(test::read_text(folder / "config.toml"), "[train]\nsteps = 5\n");
  const std::string straight = test::read_text(folder / "metrics.jsonl");
  std::ofstream(folder / "metrics.jsonl", std::ios::app) << R"({"step": 6, "lo)";
  {
    RunFolder run = RunFolder::reopen(folder, 3);
    run.record(record_of(4));
    run.record(record_of(5));
  }
  EXPECT_EQ(test::read_text(folder / "metrics.jsonl"), straight);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 3); // one event file, not two
}

TEST(RunFolder, IsNeverReplacedUnlessItIsARunAndForced) {
  const test::TemporaryFolder parent;
  const fs::path run = parent / "run";
  refuse_existing_run(run, false);
  { RunFolder::create(run, "x = 1\n").record(record_of(1)); }
  EXPECT_EQ(code_of([&] { refuse_existing_run(run, false); }), ExitCode::kOutput);
  test::write_text(run / "notes.txt", "mine");
  refuse_existing_run(run, true);
  { RunFolder::create(run, "x = 2\n"); }
  EXPECT_EQ(test::read_text(run / "metrics.jsonl"), "");
  EXPECT_EQ(test::read_text(run / "notes.txt"), "mine");
  test::write_text(parent / "home/thesis.txt", "years of work");
  EXPECT_EQ(code_of([&] { refuse_existing_run(parent / "home", true); }), ExitCode::kOutput);
}

TEST(RunFolder, ReplacingARunKeepsOtherFilesInItsFolders) {
  const test::TemporaryFolder parent;
  const fs::path run = parent / "run";
  { RunFolder::create(run, "x = 1\n"); }
  fs::create_directories(parent / "disk");
  fs::create_directory_symlink(parent / "disk", run / "checkpoints");
  for (const char* name : {"checkpoints/last.pt", "checkpoints/step_00000012.pt", "templates/t1.nii.gz"}) {
    test::write_text(run / name, "the run's");
  }
  write_manifest(run / "templates");
  const std::vector<std::string> kept{"checkpoints/step_of_the_paper.pt", "checkpoints/best_of_all.pt", "templates/mine.nii.gz",
                                      "notes/config.toml"};
  for (const std::string& name : kept) {
    test::write_text(run / name, "mine");
  }
  { RunFolder::create(run, "x = 2\n"); }
  for (const std::string& name : kept) {
    EXPECT_EQ(test::read_text(run / name), "mine") << name;
  }
  EXPECT_TRUE(fs::is_symlink(run / "checkpoints"));
  EXPECT_EQ(std::distance(fs::directory_iterator(parent / "disk"), {}), 2);
  EXPECT_FALSE(fs::exists(run / "templates/t1.nii.gz"));
}

TEST(RunFolder, IsWrittenByOneProcessAtATime) {
  const test::TemporaryFolder parent;
  const RunFolder run = RunFolder::create(parent / "run", "");
  EXPECT_EQ(code_of([&] { RunFolder::reopen(parent / "run", 0); }), ExitCode::kOutput);
}

TEST(AppendFile, AFullDiskIsNoMatterOfPermission) {
  AppendFile file("/dev/full");
  EXPECT_EQ(code_of([&] { file.append("x"); }), ExitCode::kOutOfResources);
  EXPECT_EQ(code_of([] { AppendFile("/nonexistent/file"); }), ExitCode::kOutput);
}

} // namespace
} // namespace brainmvp::train
