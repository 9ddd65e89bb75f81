// Run folders in every state that a user may find one in.
#include "report/run_record.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmath>

#include "base/error.h"
#include "report/charts.h"
#include "report/summary.h"
#include "report/trend.h"
#include "support/support.h"

namespace brainmvp::report {
namespace {

constexpr const char* kPretrainLog = R"(2026-11-25 17:03:07 debug brainmvp 0.1.0
2026-11-25 17:03:08 info pre-training uniformer_tiny (objective brainmvp, recipe tiny) on 5 studies: 300 steps of 1 x 2 studies, on cpu in fp32 with 2 threads
2026-11-25 17:03:09 warning warning: 2 studies have no t1: Smith, Jones
2026-11-25 17:15:51 info done: 300 steps; weights are in /home/anna/pre/checkpoints/last.pt
)";

TEST(RunLog, TellsWhatWasTrainedOnWhat) {
  const RunLog log = parse_log(kPretrainLog);
  EXPECT_EQ(log.outcome, Outcome::kFinished);
  EXPECT_EQ(log.started, "2026-11-25 17:03:07");
  EXPECT_EQ(log.ended, "2026-11-25 17:15:51");
  EXPECT_EQ(log.network, "uniformer_tiny");
  EXPECT_EQ(log.studies, 5U);
  EXPECT_FALSE(log.validation_studies);
  EXPECT_EQ(log.device, "cpu");
  EXPECT_EQ(log.precision, "fp32");
  EXPECT_EQ(log.threads, "2");
  EXPECT_EQ(log.warnings, 1U);
  EXPECT_EQ(log.version, "0.1.0");
}

TEST(RunLog, TellsHowManyStudiesAreSimulated) {
  const auto log_of = [](const std::string& studies) {
    return parse_log("2026-11-25 17:03:08 info fine-tuning unet from scratch on " + studies +
                     " (2 for validation): channels t1; regions WT; 1 step of 1 sample, on cpu in bf16 with 1 thread\n");
  };
  const RunLog all = log_of("5 simulated studies");
  EXPECT_EQ(all.studies, 5U);
  EXPECT_EQ(all.simulated, 5U);
  EXPECT_EQ(all.validation_studies, 2U);
  EXPECT_EQ(all.channels, "t1");
  const RunLog some = log_of("5 studies, 3 simulated");
  EXPECT_EQ(some.studies, 5U);
  EXPECT_EQ(some.simulated, 3U);
  EXPECT_EQ(some.validation_studies, 2U);
  EXPECT_FALSE(log_of("5 studies").simulated);
}

TEST(RunLog, ReadsOneOfEachToo) {
  const RunLog log =
      parse_log("2026-11-25 17:03:08 info fine-tuning unet from scratch on 1 study (1 for validation): channels t1; regions WT; "
                "1 step of 1 "
                "sample, on cpu in bf16 with 1 thread\n2026-11-25 17:15:51 info done: 1 step; weights are in last.pt\n");
  EXPECT_EQ(log.studies, 1U);
  EXPECT_EQ(log.validation_studies, 1U);
  EXPECT_EQ(log.channels, "t1");
  EXPECT_EQ(log.precision, "bf16");
  EXPECT_EQ(log.threads, "1");
  EXPECT_EQ(log.outcome, Outcome::kFinished);
}

TEST(RunLog, ReadsFineTuningWhateverItsFoldersAreCalled) {
  const RunLog log = parse_log(
      "2026-11-25 18:18:02 info fine-tuning uniformer_tiny from /home/run on 7 studies/pre on 2 studies (3 for validation): "
      "channels flair, t1; regions WT, TC; 100 steps of 2 samples, on cuda:1 in bf16 with 1 threads\n"
      "2026-11-25 18:19:02 error error: fine-tuning was interrupted; x holds step 5, and the same command with --resume goes "
      "on\n");
  EXPECT_EQ(log.studies, 2U);
  EXPECT_EQ(log.validation_studies, 3U);
  EXPECT_EQ(log.channels, "flair, t1");
  EXPECT_EQ(log.targets, "regions WT, TC");
  EXPECT_EQ(log.device, "cuda:1");
  EXPECT_EQ(log.precision, "bf16");
  EXPECT_EQ(log.outcome, Outcome::kInterrupted);
}

TEST(RunLog, AResumedRunIsNotFinishedUntilItSaysSo) {
  const std::string resumed = std::string(kPretrainLog) + "2026-11-25 18:00:00 info resumed at step 300 from last.pt\n";
  EXPECT_EQ(parse_log(resumed).outcome, Outcome::kUnknown);
  EXPECT_EQ(parse_log(resumed).resumed, 1U);
  EXPECT_EQ(parse_log("").outcome, Outcome::kUnknown);
  EXPECT_EQ(parse_log("no time in here\n\n2026-").started, "");
}

class RunFolderOf : public testing::Test {
protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "run");
    write("config.toml", "[pretrain]\nrecipe = \"tiny\"\n\n[train]\nsteps = 10\ntask = \"/home/anna/secret/t.toml\"\n");
  }
  void write(const std::string& name, const std::string& text) { test::write_text(folder_ / "run" / name, text); }
  RunRecord read() { return read_run(folder_ / "run"); }
  test::TemporaryFolder folder_;
};

TEST_F(RunFolderOf, OnlyAConfigurationIsAUsefulRun) {
  RunRecord run = read();
  EXPECT_EQ(run.name, "run");
  EXPECT_EQ(run.kind, RunKind::kPretrain);
  EXPECT_TRUE(run.steps.empty());
  EXPECT_TRUE(run.notes.empty());
  EXPECT_EQ(run.setting("recipe"), "tiny");
  EXPECT_EQ(run.setting("task"), "t.toml");
  EXPECT_EQ(progress_of(run), "0 of 10 steps, ended without a word");
  run.steps = {9, 10}; // as --resume of a finished run leaves it
  EXPECT_EQ(progress_of(run), "10 of 10 steps, finished");
  EXPECT_EQ(headlines({run}, {}, {}).at(0).value, "no steps yet");
}

TEST_F(RunFolderOf, ValuesThatComeNowAndThenStayAtTheirSteps) {
  write("metrics.jsonl",
        "{\"step\":1,\"loss\":4.0}\n{\"step\":2,\"loss\":3.0,\"validation_loss\":2.5}\n{\"step\":3,\"loss\":null}\n");
  const RunRecord run = read();
  EXPECT_EQ(run.steps, (std::vector<double>{1, 2, 3}));
  ASSERT_NE(run.find("validation_loss"), nullptr);
  EXPECT_TRUE(std::isnan(run.find("validation_loss")->values[0]));
  EXPECT_EQ(run.find("validation_loss")->values[1], 2.5);
  EXPECT_TRUE(std::isnan(run.find("loss")->values[2]));
  EXPECT_EQ(best_step(run).value().step, 2);
  EXPECT_EQ(loss_change(run).value_or(LossChange{}).first, 4);
  EXPECT_EQ(loss_change(run).value_or(LossChange{}).last, 3) << "the last one that is a number";
}

TEST_F(RunFolderOf, WhatEndsWorseThanItBeganIsNamed) {
  std::string lines;
  for (int step = 1; step <= 30; ++step) {
    const int second = step == 1 ? 2 : 60 - step; // spoiled by the second step, and never as good again
    lines += "{\"step\":" + std::to_string(step) + ",\"loss\":" + std::to_string(step) +
             ",\"mse_view1\":" + std::to_string(40 - step) + ",\"mse_view2\":" + std::to_string(second) +
             (step % 10 == 0 ? ",\"validation_dice\":" + std::to_string(0.5 - 0.01 * step) : "") + "}\n";
  }
  write("metrics.jsonl", lines);
  const std::vector<Worsening> found = worsenings(read());
  EXPECT_EQ(worsening_text(found), "it ends worse than it began: validation_dice 0.4 -> 0.2, mse_view2 2 -> 31");
  test::expect_part(headlines({read()}, {}, {}).at(0).remark, "worse than it began: validation_dice");
}

TEST_F(RunFolderOf, AFewStepsOrAFallingErrorAreNotWorse) {
  std::string rising, falling;
  for (int step = 1; step <= 19; ++step) {
    rising += "{\"step\":" + std::to_string(step) + ",\"mse_view1\":" + std::to_string(step) + "}\n";
  }
  for (int step = 1; step <= 40; ++step) { // the sum grows with a term that comes late
    falling += "{\"step\":" + std::to_string(step) + ",\"loss\":" + std::to_string(step) +
               ",\"mse_view1\":" + std::to_string(1.0 / step) + "}\n";
  }
  for (const std::string& lines : {rising, falling}) {
    write("metrics.jsonl", lines);
    EXPECT_EQ(worsening_text(worsenings(read())), "");
  }
}

TEST_F(RunFolderOf, DamageIsLeftOutAndNoted) {
  write("metrics.jsonl", "{\"step\":1,\"loss\":4.0}\n{\"step\":2,\"lo");
  write("events.out.tfevents.1.brainmvp", "no event file at all, but long enough for a header");
  write("config.toml", "[pretrain\n");
  const RunRecord run = read();
  EXPECT_EQ(run.steps.size(), 1U);
  ASSERT_EQ(run.notes.size(), 3U);
  EXPECT_EQ(run.notes[0], "config.toml could not be read.");
  EXPECT_EQ(run.notes[1], "1 line of metrics.jsonl could not be read and is left out.");
  EXPECT_NE(run.notes[2].find("from byte 0"), std::string::npos);
}

TEST_F(RunFolderOf, ALockedFolderIsStillBeingWritten) {
  const std::string path = folder_ / "run";
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(descriptor, LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(read().log.outcome, Outcome::kRunning);
  ::close(descriptor);
  EXPECT_EQ(read().log.outcome, Outcome::kUnknown);
}

TEST_F(RunFolderOf, OtherFoldersAreRefusedWithWhatWasFound) {
  for (const auto& [name, found] :
       {std::pair{"absent", "nothing"}, {"run/config.toml", "a file"}, {".", "a folder without it"}}) {
    try {
      (void)read_run(folder_ / name);
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      EXPECT_NE(error.message().find(std::string("found ") + found), std::string::npos) << error.message();
    }
  }
}

TEST(Curves, AreThinnedToMeansOfEqualParts) {
  const double nan = std::nan("");
  const Curve curve = thinned({1, 2, 3, 4, 5, 6}, {1, 3, nan, 5, 7, nan}, 2);
  EXPECT_EQ(curve.x, (std::vector<double>{2, 5}));
  EXPECT_EQ(curve.y, (std::vector<double>{2, 6}));
  EXPECT_TRUE(thinned({}, {}, 5).x.empty());
}

TEST(Curves, SmoothingKeepsAConstantAndLagsBehindAStep) {
  EXPECT_DOUBLE_EQ(smoothed(std::vector<double>(200, 3.0)).back(), 3.0);
  std::vector<double> step(200, 0.0);
  step.back() = 1;
  EXPECT_NEAR(smoothed(step).back(), 0.25, 1e-6); // 200 values: a window of 4
}

} // namespace
} // namespace brainmvp::report
