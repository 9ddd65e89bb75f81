// Ctrl-C at a random moment of every command that writes: nothing in part is left, and the same command then ends well.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "support/process.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

// `arguments` without the output, which follows -o.
struct Case {
  std::string name;
  Arguments arguments;
  Arguments again; // what a second call needs to replace what the first left
};

class Interrupted : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    run({"simulate", "-o", path("data"), "--studies", "3", "--layout", "brats2018", "--voxel", "6", "--seed", "1"});
    run({"index", path("data"), "-o", path("s.json"), "--task", "brats2018"});
    run({"prepare", path("s.json"), "-o", path("store"), "--spacing", "6"});
    run({"pretrain", path("store"), "-o", path("pre"), "--recipe", "tiny", "--crop", "16", "--steps", "2", "--template-size",
         "32", "36", "32"});
    run({"finetune", "segment", path("store"), "-o", path("seg"), "--init", path("pre"), "--crop", "16", "--steps", "1",
         "--batch-size", "1"});
    run({"predict", path("seg"), path("s.json"), "-o", path("predicted")});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string path(const std::string& name) { return *folder_ / name; }

  static void run(const Arguments& arguments) {
    const test::ProcessResult result = test::run_brainmvp(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }

  static std::vector<Case> cases() {
    const Arguments small{"--crop", "16", "--steps", "4", "--threads", "1", "--checkpoint-every", "1"};
    const auto with = [&](Arguments arguments) {
      arguments.insert(arguments.end(), small.begin(), small.end());
      return arguments;
    };
    return {{"cohort", {"simulate", "--studies", "2", "--layout", "bids", "--voxel", "5"}, {"--force"}},
            {"list.json", {"index", path("data"), "--task", "brats2018"}, {"--force"}},
            {"prepared", {"prepare", path("s.json"), "--spacing", "6", "--threads", "1"}, {}},
            {"aligned", {"register", path("s.json"), "--label-of", "flair", "--threads", "1"}, {}},
            {"learned", with({"pretrain", path("store"), "--recipe", "tiny", "--template-size", "32", "36", "32"}), {"--resume"}},
            {"tuned", with({"finetune", "segment", path("store"), "--init", path("pre"), "--batch-size", "1"}), {"--resume"}},
            {"masks", {"predict", path("seg"), path("s.json"), "--threads", "1"}, {"--resume"}},
            {"scores.json", {"evaluate", path("predicted"), "--reference", path("s.json")}, {"--force"}},
            {"page.html", {"report", path("pre"), path("seg")}, {"--force"}},
            {"shown", {"templates", path("pre")}, {"--force"}},
            {"copy.safetensors", {"convert", path("pre/checkpoints/last.pt")}, {"--force"}}};
  }

  static Arguments command(const Case& one, const std::string& output, bool again) {
    Arguments arguments = one.arguments;
    if (arguments.front() == "convert") {
      arguments.push_back(output);
    } else {
      arguments.insert(arguments.end(), {"-o", output});
    }
    if (again) {
      arguments.insert(arguments.end(), one.again.begin(), one.again.end());
    }
    return arguments;
  }

  // Calls a command into a fresh folder until Ctrl-C ends it: `seconds` after its start, or in half the time of the last call
  // where the command was faster.
  static void interrupt(const Arguments& arguments, const fs::path& folder, double seconds) {
    for (int attempt = 0; attempt < 12; ++attempt, seconds /= 2) {
      fs::remove_all(folder);
      fs::create_directories(folder);
      test::Process process(test::brainmvp_command(arguments));
      std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
      process.signal(SIGINT);
      const test::ProcessResult result = process.wait();
      if (result.exit_code != 0) {
        EXPECT_EQ(result.exit_code, 130) << result.err;
        return;
      }
    }
    FAIL() << "always ended before it was interrupted";
  }

private:
  static test::TemporaryFolder* folder_;
};
test::TemporaryFolder* Interrupted::folder_ = nullptr;

// Names under construction, which start with a dot.
std::string left_over(const fs::path& folder) {
  std::string names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name != ".brainmvp.lock" && name != ".brainmvp-files") {
      names += entry.path().string() + " ";
    }
  }
  return names;
}

TEST_F(Interrupted, EveryCommandLeavesNothingInPartAndThenEndsWell) {
  const std::size_t tries = test::count_from_environment("BRAINMVP_INTERRUPT_TRIES", 1);
  std::mt19937 random(static_cast<unsigned>(test::count_from_environment("BRAINMVP_INTERRUPT_SEED", 5)));
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.name);
    const auto start = Clock::now();
    run(command(one, path("whole/" + one.name), false));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    for (std::size_t attempt = 0; attempt < tries; ++attempt) {
      const fs::path folder = path("try"), output = folder / one.name;
      interrupt(command(one, output, false), folder, std::uniform_real_distribution<double>(0, seconds)(random));
      EXPECT_EQ(left_over(folder), "");
      if (fs::is_regular_file(output)) {
        EXPECT_EQ(fs::file_size(output), fs::file_size(path("whole/" + one.name)));
      }
      run(command(one, output, true));
      EXPECT_EQ(left_over(folder), "");
    }
  }
}

} // namespace
} // namespace brainmvp
