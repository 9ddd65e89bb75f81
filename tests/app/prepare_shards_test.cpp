// `brainmvp prepare --shard` and `--merge` as the processes of a job array.
#include <csignal>
#include <deque>
#include <map>

#include "app/small_studies.h"
#include "support/process.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

using test::contains;
using test::Process;
using test::ProcessResult;
using test::TemporaryFolder;
using Arguments = std::vector<std::string>;

Arguments command(const TemporaryFolder& folder, const Arguments& more) {
  Arguments arguments{"prepare", folder / "studies.json", "-o", folder / "store", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

ProcessResult prepare_shard(const TemporaryFolder& folder, const Arguments& more) {
  return test::run_brainmvp(command(folder, more));
}

// Every file of a store and its bytes, without the lock.
std::map<std::string, std::string> contents(const fs::path& store) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(store)) {
    if (entry.is_regular_file() && entry.path().filename() != ".brainmvp.lock") {
      files[entry.path().lexically_relative(store)] = test::read_text(entry.path());
    }
  }
  return files;
}

bool any_study(const fs::path& store) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(store, ignored)) {
    if (entry.path().filename().string().front() == 's' && fs::exists(entry.path() / "study.json")) {
      return true;
    }
  }
  return false;
}

TEST(PrepareShards, ProcessesAtTheSameTimeMakeTheStoreOfOne) {
  const TemporaryFolder folder;
  test::write_studies(folder, test::study_ids(24));
  std::deque<Process> shards;
  for (const char* shard : {"1/3", "2/3", "3/3", "2/3"}) { // one is started twice, as a scheduler may
    shards.emplace_back(test::brainmvp_command(command(folder, {"--shard", shard})));
  }
  for (Process& shard : shards) {
    const ProcessResult result = shard.wait();
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(contains(result.err, "--merge 3")) << result.err;
  }
  EXPECT_FALSE(fs::exists(folder / "store/store.json"));
  const ProcessResult merged = prepare_shard(folder, {"--merge", "3"});
  EXPECT_EQ(merged.exit_code, 0) << merged.err;
  EXPECT_TRUE(contains(merged.out, "0 prepared, 24 up to date, 0 redone, 0 failed")) << merged.out;
  ASSERT_EQ(test::run_brainmvp({"prepare", folder / "studies.json", "-o", folder / "one"}).exit_code, 0);
  EXPECT_EQ(contents(folder / "store"), contents(folder / "one"));
}

TEST(PrepareShards, WhatAKilledShardLeftIsNamedAndItsShardToo) {
  const TemporaryFolder folder;
  test::write_studies(folder, test::study_ids(60));
  Process killed(test::brainmvp_command(command(folder, {"--shard", "2/2"})));
  ASSERT_TRUE(killed.wait_until([&] { return any_study(folder / "store"); }));
  killed.signal(SIGKILL);
  ASSERT_EQ(killed.wait().exit_code, 128 + SIGKILL);
  fs::create_directories(folder / "store/.0123abcd.s001"); // as it may have left it
  const ProcessResult other = prepare_shard(folder, {"--shard", "1/2"});
  ASSERT_EQ(other.exit_code, 0) << other.err;
  EXPECT_TRUE(contains(other.out, "30 prepared")) << other.out;
  EXPECT_TRUE(fs::exists(folder / "store/.0123abcd.s001")) << "it could belong to a living process of another machine";

  const ProcessResult merged = prepare_shard(folder, {"--merge", "2"});
  EXPECT_EQ(merged.exit_code, 4);
  EXPECT_TRUE(contains(merged.out, "missing: s059 (shard 2/2): not prepared yet")) << merged.out;
  EXPECT_FALSE(contains(merged.out, "shard 1/2")) << merged.out;
  EXPECT_TRUE(contains(merged.err, "run again: --shard 2/2.")) << merged.err;
  EXPECT_FALSE(fs::exists(folder / "store/store.json"));

  EXPECT_EQ(prepare_shard(folder, {"--shard", "2/2"}).exit_code, 0);
  EXPECT_EQ(prepare_shard(folder, {"--merge", "2"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(folder / "store/.0123abcd.s001"));
  EXPECT_EQ(test::run_brainmvp({"inspect", folder / "store"}).exit_code, 0);

  fs::copy_file(test::golden("preprocess/las_anisotropic/t2.nii.gz"), folder / "s000/t1.nii.gz",
                fs::copy_options::overwrite_existing);
  const ProcessResult stale = prepare_shard(folder, {"--merge", "2"});
  EXPECT_EQ(stale.exit_code, 4);
  EXPECT_TRUE(contains(stale.out, "missing: s000 (shard 1/2): t1.nii.gz has changed")) << stale.out;
}

TEST(PrepareShards, ShardsAndTheWholeExcludeEachOther) {
  const TemporaryFolder folder;
  test::write_studies(folder, test::study_ids(60));
  const auto refused_beside = [&](const Arguments& running, const std::vector<Arguments>& others, const std::string& message) {
    Process process(test::brainmvp_command(command(folder, running)));
    EXPECT_TRUE(process.wait_until([&] { return any_study(folder / "store"); }));
    process.signal(SIGSTOP);
    for (const Arguments& other : others) {
      const ProcessResult result = prepare_shard(folder, other);
      EXPECT_EQ(result.exit_code, 5) << result.err;
      EXPECT_TRUE(contains(result.err, message)) << result.err;
    }
    process.signal(SIGCONT);
    EXPECT_EQ(process.wait().exit_code, 0);
  };
  refused_beside({"--shard", "1/2"}, {{}, {"--merge", "2"}}, "another process is preparing this store, or a shard of it");
  fs::remove_all(folder / "store");
  refused_beside({}, {{}}, "another process is preparing this store");
  fs::remove_all(folder / "store");
  refused_beside({}, {{"--shard", "1/2"}}, "another process is preparing this store as a whole");
}

TEST(PrepareShards, AFailedStudyFailsItsShardAndIsMissing) {
  const TemporaryFolder folder;
  test::write_studies(folder, test::study_ids(4));
  fs::resize_file(folder / "s001/t1.nii.gz", 700);
  EXPECT_EQ(prepare_shard(folder, {"--shard", "1/2"}).exit_code, 0);
  const ProcessResult failed = prepare_shard(folder, {"--shard", "2/2"});
  EXPECT_EQ(failed.exit_code, 4);
  EXPECT_TRUE(contains(failed.out, "failed: s001: ")) << failed.out;
  const ProcessResult merged = prepare_shard(folder, {"--merge", "2"});
  EXPECT_EQ(merged.exit_code, 4);
  EXPECT_TRUE(contains(merged.out, "missing: s001 (shard 2/2)")) << merged.out;
  test::write_studies(folder, {"s000", "s002", "s003"});
  EXPECT_EQ(prepare_shard(folder, {"--merge", "2"}).exit_code, 0);
}

TEST(PrepareShards, MoreShardsThanStudiesAndWhatMakesNoSense) {
  const TemporaryFolder folder;
  test::write_studies(folder, {"s0"});
  const ProcessResult idle = prepare_shard(folder, {"--shard", "3/4"});
  EXPECT_EQ(idle.exit_code, 0) << idle.err;
  EXPECT_TRUE(contains(idle.err, "nothing to do")) << idle.err;
  const ProcessResult wrong = prepare_shard(folder, {"--shard", "0/4"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_TRUE(contains(wrong.err, "--shard 0/4: expected I/N")) << wrong.err;
  for (const Arguments& more : std::vector<Arguments>{{"--shard", "5/4"},
                                                      {"--shard", "2"},
                                                      {"--merge", "0"},
                                                      {"--merge", "2", "--shard", "1/2"},
                                                      {"--merge", "2", "--force"}}) {
    EXPECT_EQ(prepare_shard(folder, more).exit_code, 2) << more.back();
  }
}

} // namespace
} // namespace brainmvp
