// What a training does when the world breaks under it: each fault with its exit code and message, and the last good checkpoint
// can be used afterwards. docs/background/reliability.md lists them.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <linux/capability.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "app/run_checks.h"
#include "app/small_studies.h"
#include "support/process.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::Process;
using test::ProcessResult;
using Arguments = std::vector<std::string>;

// A small store, and runs that write a checkpoint of some 20 MB at each of their many short steps.
class Faults : public testing::Test {
protected:
  void SetUp() override {
    test::write_studies(folder_, {"anna", "berta"});
    const ProcessResult prepared = test::run_brainmvp({"prepare", "-q", folder_ / "studies.json", "-o", store()});
    ASSERT_EQ(prepared.exit_code, 0) << prepared.err;
  }

  fs::path store() const { return folder_ / "store"; }
  fs::path run() const { return folder_ / "run"; }
  fs::path checkpoints() const { return run() / "checkpoints"; }
  fs::path last() const { return checkpoints() / "last.pt"; }

  // `more` may replace what stands here.
  Arguments pretrain(const fs::path& run, const Arguments& more = {}) const {
    const std::vector<Arguments> defaults{{"--recipe", "tiny"},          {"--crop", "16"},
                                          {"--batch-size", "1"},         {"--threads", "1"},
                                          {"--loader-threads", "1"},     {"--template-size", "48", "48", "48"},
                                          {"--template-init", "mean"},   {"--steps", "5000"},
                                          {"--checkpoint-every", "1"},   {"--log-images-every", "0"},
                                          {"--validate-every", "100000"}};
    return test::brainmvp_command(test::with_options({"pretrain", store(), "-o", run}, defaults, more));
  }
  ProcessResult resume(const Arguments& more = {}) const {
    Arguments arguments{"pretrain", store(), "-o", run(), "--resume"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_brainmvp(arguments);
  }

  // The step of last.pt after `inspect` has read every checkpoint of the run whole.
  std::size_t whole_step() const {
    const ProcessResult inspected = test::run_brainmvp({"inspect", run()});
    EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
    const std::size_t line = inspected.out.find("  last.pt ");
    const std::size_t step = inspected.out.find(", step ", line);
    EXPECT_NE(step, std::string::npos) << inspected.out;
    return step == std::string::npos ? 0 : std::stoul(inspected.out.substr(step + 7));
  }

  // What can be read can also be gone on from.
  void expect_last_good_checkpoint() const {
    const std::size_t step = whole_step();
    EXPECT_GE(step, 1U);
    const ProcessResult resumed = resume({"--stop-after", std::to_string(step + 1)});
    EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_TRUE(contains(resumed.err, "resumed at step " + std::to_string(step))) << resumed.err;
  }

  std::size_t half_written() const {
    std::error_code ignored;
    return static_cast<std::size_t>(std::ranges::count_if(fs::directory_iterator(checkpoints(), ignored), [](const auto& entry) {
      return entry.path().filename().string().starts_with('.');
    }));
  }

  const test::TemporaryFolder folder_;
};

TEST_F(Faults, KilledAtAnyMomentOfWritingLeavesWholeCheckpoints) {
  const std::size_t tries = test::count_from_environment("BRAINMVP_KILL_TRIES", 4);
  std::mt19937 random(static_cast<unsigned>(test::count_from_environment("BRAINMVP_KILL_SEED", 1)));
  std::size_t while_writing = 0;
  std::size_t step = 0;
  for (std::size_t i = 0; i < tries; ++i) {
    std::error_code ignored;
    const auto before = fs::last_write_time(last(), ignored);
    Process process(i == 0 ? pretrain(run()) : pretrain(run(), {"--resume"}));
    ASSERT_TRUE(process.wait_until([&] { return fs::exists(last()) && fs::last_write_time(last(), ignored) != before; }))
        << process.wait().err;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 400'000));
    if (i == 0) { // at least one in any case
      process.wait_until([&] { return half_written() > 0; });
    }
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait().exit_code, 128 + SIGKILL);
    while_writing += half_written() > 0 ? 1 : 0;
    const std::size_t reached = whole_step();
    EXPECT_GT(reached, step);
    step = reached;
  }
  std::cout << tries << " kills, " << while_writing << " of them while a checkpoint was half written; step " << step << '\n';
  EXPECT_GE(while_writing, 1U);
  const std::string stop = std::to_string(step + 2);
  ASSERT_EQ(resume({"--stop-after", stop}).exit_code, 0);
  EXPECT_EQ(half_written(), 0U);
  const ProcessResult straight = test::run_process(pretrain(folder_ / "straight", {"--stop-after", stop}));
  ASSERT_EQ(straight.exit_code, 0) << straight.err;
  EXPECT_EQ(test::metrics(run()), test::metrics(folder_ / "straight"));
  test::expect_same_checkpoint(last(), folder_ / "straight/checkpoints/last.pt",
                               checkpoints() / ("step_" + std::to_string(100000000 + step + 1).substr(1) + ".pt"),
                               "rep_template");
}

TEST_F(Faults, AFullDiskEndsTheRunAndKeepsTheLastCheckpoint) {
  // A small disk of its own, seen by this shell and what it starts; it fills up once a checkpoint is there.
  const std::string script = R"sh(
    disk=$1; shift
    mount -t tmpfs -o size=400m none "$disk" || exit 99
    (while [ ! -e "$disk/run/checkpoints/last.pt" ]; do sleep 0.02; done; cat /dev/zero >"$disk/fill" 2>/dev/null) &
    "$@"; code=$?
    wait; rm "$disk/fill"
    step=$("$1" inspect "$disk/run" | sed -n 's/.*last.pt .* step \([0-9]*\),.*/\1/p')
    "$1" pretrain "$3" -o "$disk/run" --resume --stop-after $((step + 1)) >&2 || exit 98
    exit $code)sh";
  Arguments command{"unshare", "-rm", "sh", "-c", script, "sh", folder_.path() / "disk"};
  fs::create_directories(folder_ / "disk");
  std::ranges::copy(pretrain(folder_ / "disk/run"), std::back_inserter(command));
  const ProcessResult full = test::run_process(command);
  if (full.exit_code == 99 || contains(full.err, "unshare failed")) {
    if (std::getenv("CI") != nullptr) {
      FAIL() << "under CI a small disk must be allowed: " << full.err;
    }
    GTEST_SKIP() << "no small disk may be mounted here; AFileSizeLimit tries the same path";
  }
  EXPECT_EQ(full.exit_code, 6) << full.err;
  EXPECT_TRUE(contains(full.err, "No space left on device); free some space")) << full.err;
  EXPECT_TRUE(contains(full.err, (folder_ / "disk/run").string())) << full.err;
  EXPECT_TRUE(contains(full.err, "resumed at step ")) << full.err;
}

TEST_F(Faults, AFileSizeLimitEndsTheRunAndKeepsTheLastCheckpoint) {
  ASSERT_EQ(test::run_process(pretrain(run(), {"--stop-after", "2"})).exit_code, 0);
  Process limited(pretrain(run(), {"--resume"}), [&] {
    const rlimit limit{.rlim_cur = fs::file_size(last()) / 2, .rlim_max = RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  });
  const ProcessResult result = limited.wait();
  EXPECT_EQ(result.exit_code, 6) << result.err;
  EXPECT_TRUE(contains(result.err, "last.pt: cannot be written (File too large); raise the limit")) << result.err;
  EXPECT_EQ(whole_step(), 2U);
  expect_last_good_checkpoint();
}

// Root may write everywhere unless it gives that up.
void obey_permissions() { ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE); }

void set_writable(const fs::path& folder, bool writable) {
  const auto set = [writable](const fs::path& path) {
    fs::permissions(path, fs::perms::owner_write, writable ? fs::perm_options::add : fs::perm_options::remove);
  };
  set(folder);
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    set(entry.path());
  }
}

TEST_F(Faults, ReadOnlyOutputIsRefusedByName) {
  ASSERT_EQ(test::run_process(pretrain(run(), {"--stop-after", "1"})).exit_code, 0);
  fs::create_directories(folder_ / "locked");
  set_writable(folder_ / "locked", false);
  set_writable(run(), false);
  set_writable(store(), false);
  const auto refused = [&](const Arguments& command, const std::string& named) {
    const ProcessResult result = Process(command, obey_permissions).wait();
    EXPECT_EQ(result.exit_code, 5) << result.err;
    EXPECT_TRUE(contains(result.err, named)) << result.err;
    EXPECT_TRUE(contains(result.err, "writable")) << result.err;
  };
  refused(pretrain(folder_ / "locked/run"), folder_ / "locked/run");
  refused(pretrain(run(), {"--resume"}), run());
  refused(test::brainmvp_command({"prepare", folder_ / "studies.json", "-o", folder_ / "locked/store"}),
          folder_ / "locked/store");
  refused(test::brainmvp_command({"prepare", folder_ / "studies.json", "-o", store(), "--force"}), store());
  set_writable(folder_ / "locked", true);
  set_writable(run(), true);
  set_writable(store(), true);
  expect_last_good_checkpoint();
}

TEST_F(Faults, AStoreFileThatIsCutUnderARunIsNamed) {
  Process process(pretrain(run()));
  ASSERT_TRUE(process.wait_until([&] { return fs::exists(last()); })) << process.wait().err;
  for (const char* study : {"anna", "berta"}) {
    fs::resize_file(store() / study / "t1.nii", 4096);
  }
  const ProcessResult cut = process.wait();
  EXPECT_EQ(cut.exit_code, 4) << cut.err;
  EXPECT_TRUE(contains(cut.err, "error: " + store().string())) << cut.err;
  EXPECT_TRUE(contains(cut.err, "/t1.nii: cannot be read any more: it was cut")) << cut.err;
  const ProcessResult opened = resume();
  EXPECT_EQ(opened.exit_code, 4);
  EXPECT_TRUE(contains(opened.err, "truncated or changed")) << opened.err;
  ASSERT_EQ(test::run_brainmvp({"prepare", "-q", folder_ / "studies.json", "-o", store()}).exit_code, 0);
  expect_last_good_checkpoint();
}

TEST_F(Faults, VerifyStoreFindsAChangedVoxelBeforeTraining) {
  ASSERT_EQ(test::run_process(pretrain(run(), {"--stop-after", "1", "--verify-store"})).exit_code, 0);
  std::string bytes = test::read_text(store() / "anna/t1.nii");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  test::write_text(store() / "anna/t1.nii", bytes);
  const ProcessResult resumed = resume({"--verify-store"});
  EXPECT_EQ(resumed.exit_code, 4);
  EXPECT_TRUE(contains(resumed.err, "anna/t1.nii;")) << resumed.err;
  const ProcessResult tuned = test::run_brainmvp(
      {"finetune", "classify", store(), "-o", folder_ / "tuned", "--init", run(), "--verify-store", "--steps", "1"});
  EXPECT_EQ(tuned.exit_code, 4);
  EXPECT_TRUE(contains(tuned.err, "not what `brainmvp prepare` wrote")) << tuned.err;
  EXPECT_FALSE(fs::exists(folder_ / "tuned"));
  EXPECT_EQ(test::run_process(pretrain(run(), {"--verify-store"})).exit_code, 5) << "the run exists";
  EXPECT_EQ(whole_step(), 1U);
}

TEST_F(Faults, ARunFolderThatVanishesIsNamed) {
  Process process(pretrain(run()));
  ASSERT_TRUE(process.wait_until([&] { return fs::exists(last()); })) << process.wait().err;
  fs::rename(run(), folder_ / "elsewhere"); // as a share that is unmounted
  const ProcessResult gone = process.wait();
  EXPECT_EQ(gone.exit_code, 5) << gone.err;
  EXPECT_TRUE(contains(gone.err, "the folder " + run().string() + " is not there")) << gone.err;
  fs::rename(folder_ / "elsewhere", run());
  expect_last_good_checkpoint();
}

TEST_F(Faults, ARunFolderThatIsRemovedIsNamed) {
  Process process(pretrain(run()));
  ASSERT_TRUE(process.wait_until([&] { return fs::exists(last()); })) << process.wait().err;
  std::error_code error;
  do {
    fs::remove_all(run(), error); // again where a checkpoint came in between
  } while (error);
  const ProcessResult gone = process.wait();
  EXPECT_EQ(gone.exit_code, 5) << gone.err;
  EXPECT_TRUE(contains(gone.err, "error: " + run().string())) << gone.err;
  EXPECT_TRUE(contains(gone.err, "cannot be written")) << gone.err;
}

void flip_a_bit_in_the_middle(const fs::path& file) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(fs::file_size(file) / 2);
  stream.seekg(middle);
  const int byte = stream.get();
  stream.seekp(middle);
  stream.put(static_cast<char>(byte ^ 1));
}

TEST_F(Faults, ADamagedLastCheckpointIsNamedAndTheOneBeforeGoesOn) {
  const Arguments steps{"--steps", "6", "--checkpoint-every", "2"};
  ASSERT_EQ(test::run_process(pretrain(folder_ / "straight", steps)).exit_code, 0);
  Arguments four = steps;
  four.insert(four.end(), {"--stop-after", "4"});
  ASSERT_EQ(test::run_process(pretrain(run(), four)).exit_code, 0);
  flip_a_bit_in_the_middle(last()); // and with it step_00000004.pt, which is the same file
  const ProcessResult other = resume({"--learning-rate", "0.1"});
  EXPECT_EQ(other.exit_code, 2) << "settings that differ are no damage: " << other.err;
  const ProcessResult resumed = resume();
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_TRUE(contains(resumed.err, "warning: " + last().string() + ": ")) << resumed.err;
  EXPECT_TRUE(contains(resumed.err, "does not match its checksum")) << resumed.err;
  EXPECT_TRUE(contains(resumed.err, "step_00000004.pt: ")) << resumed.err;
  EXPECT_TRUE(contains(resumed.err, "resumed at step 2 from " + (checkpoints() / "step_00000002.pt").string())) << resumed.err;
  EXPECT_TRUE(contains(test::read_text(run() / "log.txt"), "this checkpoint is damaged"));
  EXPECT_EQ(test::metrics(run()), test::metrics(folder_ / "straight"));
  test::expect_same_checkpoint(last(), folder_ / "straight/checkpoints/last.pt", checkpoints() / "step_00000004.pt",
                               "rep_template");

  for (const auto& entry : fs::directory_iterator(checkpoints())) {
    fs::resize_file(entry.path(), 1000);
  }
  const ProcessResult none = resume();
  EXPECT_EQ(none.exit_code, 4);
  for (const char* name : {"last.pt: ", "step_00000006.pt: ", "step_00000004.pt: "}) {
    EXPECT_TRUE(contains(none.err, name)) << none.err;
  }
}

} // namespace
} // namespace brainmvp
