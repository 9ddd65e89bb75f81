// Commands under a limit of memory: each ends with 6 and says so in plain words, whoever of the libraries meets it.
#include <sys/resource.h>

#include <sstream>

#include "app/run_checks.h"
#include "io/image_file.h"
#include "store/handmade_store.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::expect_part;
using test::Process;
using test::ProcessResult;
using Arguments = std::vector<std::string>;

constexpr rlim_t kGigabyte = 1'000'000'000;

// What the program may map in all, libraries included.
ProcessResult run_within(rlim_t bytes, const Arguments& arguments) {
  return Process(test::brainmvp_command(arguments),
                 [bytes] {
                   const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
                   ::setrlimit(RLIMIT_AS, &limit);
                 })
      .wait();
}

void expect_out_of_memory(const ProcessResult& result, const std::string& what_to_do) {
  EXPECT_EQ(result.exit_code, 6) << result.err;
  expect_part(result.err, "out of memory");
  expect_part(result.err, what_to_do);
  for (const char* part : {"frame #", "c10", "Exception raised", "bad_alloc", "internal fault"}) {
    EXPECT_FALSE(test::contains(result.err, part)) << result.err;
  }
}

class MemoryLimit : public testing::Test {
protected:
  void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizer maps more than any limit allows";
#endif
    test::write_handmade_store(
        store(), {{.id = "anna", .size = {100, 98, 97}, .modalities = {"t1", "t2"}, .label = true, .label_values = 2}});
  }

  // A study of two images that are small files and large volumes.
  void write_large_study(std::size_t side) const {
    image::Volume volume{.size = {side, side, side}, .affine = {}, .data = std::vector<float>(side * side * side)};
    for (std::size_t i = 0; i < volume.data.size(); i += 7919) {
      volume.data[i] = 1;
    }
    io::write_nifti(folder_ / "t1.nii.gz", volume, {.type = io::StoredType::kUint8});
    fs::copy_file(folder_ / "t1.nii.gz", folder_ / "t2.nii.gz");
    test::write_text(folder_ / "studies.json", R"({"training": [{"id": "anna", "image": ["t1.nii.gz", "t2.nii.gz"],
                                                                 "modality": ["t1", "t2"]}]})");
  }

  fs::path store() const { return folder_ / "store"; }
  fs::path out() const { return folder_ / "out"; }

  const test::TemporaryFolder folder_;
};

TEST_F(MemoryLimit, EndsWhatNeedsNoNetwork) {
  write_large_study(500);
  for (const std::string command : {"prepare", "register"}) {
    const ProcessResult result =
        run_within(kGigabyte / 2, {command, folder_ / "studies.json", "-o", folder_ / command, "--threads", "1"});
    expect_out_of_memory(result, "use a smaller --threads");
    expect_part(result.err, "study anna: ");
  }
  const ProcessResult simulated = run_within(kGigabyte / 10, {"simulate", "-o", out(), "--studies", "1", "--threads", "1"});
  expect_out_of_memory(simulated, "use a smaller --threads");
  EXPECT_FALSE(fs::exists(out() / "simulation.tsv"));
}

TEST_F(MemoryLimit, EndsTrainingsInTheMidst) {
  const Arguments options{"--recipe", "tiny", "--threads", "1", "--steps", "1", "--crop", "64", "--precision", "fp32"};
  Arguments pretrain{"pretrain", store(), "-o", folder_ / "pre", "--template-size", "64", "64", "64", "--batch-size", "4"};
  pretrain.insert(pretrain.end(), options.begin(), options.end());
  expect_out_of_memory(run_within(3 * kGigabyte / 2, pretrain), "use a smaller --crop, --batch-size");
  Arguments finetune{"finetune", "segment", store(), "-o", folder_ / "tuned", "--init", "scratch", "--batch-size", "1"};
  finetune.insert(finetune.end(), options.begin(), options.end());
  expect_out_of_memory(run_within(3 * kGigabyte / 2, finetune), "use a smaller --crop, --batch-size");
  expect_out_of_memory(run_within(3 * kGigabyte / 2, {"bench", "step", "--crop", "512", "--batch-size", "1000", "--no-baseline",
                                                      "--repetitions", "1", "--precision", "fp32"}),
                       "more were asked for; use a smaller --crop");
}

// Peak resident memory of a command in bytes, and what its messages say it needs.
struct Measured {
  double peak = 0;
  double told = 0;
};
Measured measure(const Arguments& arguments) {
  Arguments command = test::brainmvp_command(arguments);
  const ProcessResult result = test::run_python(R"py(
import resource, subprocess, sys
result = subprocess.run(sys.argv[1:], stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL)
sys.stderr.write(result.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
sys.exit(result.returncode)
)py",
                                                command);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string words = " needs about ";
  const std::size_t place = result.err.find(words);
  if (result.exit_code != 0 || place == std::string::npos) {
    ADD_FAILURE() << result.err;
    return {};
  }
  std::istringstream text(result.err.substr(place + words.size()));
  double number = 0;
  std::string unit;
  text >> number >> unit;
  return {.peak = std::stod(result.out), .told = number * (unit == "GB" ? 1e9 : 1e6)};
}

TEST_F(MemoryLimit, IsToldBeforeItIsTaken) {
  const Arguments options{"--recipe", "tiny", "--threads",    "1", "--steps",    "1",
                          "--crop",   "48",   "--batch-size", "2", "--precision"};
  for (const std::string precision : {"bf16", "fp32"}) {
    Arguments finetune{"finetune", "segment", store(), "-o", out(), "-f", "--init", "scratch"};
    finetune.insert(finetune.end(), options.begin(), options.end());
    finetune.push_back(precision);
    const Measured tuned = measure(finetune);
    EXPECT_GT(tuned.told, tuned.peak) << precision;
    EXPECT_LT(tuned.told, (precision == "bf16" ? 1.8 : 1.6) * tuned.peak) << precision;
  }

  for (const std::string precision : {"bf16", "fp32"}) {
    Arguments pretrain{"pretrain", store(), "-o", folder_ / "pre", "-f"};
    pretrain.insert(pretrain.end(), options.begin(), options.end());
    pretrain.push_back(precision);
    const Measured trained = measure(pretrain);
    EXPECT_GT(trained.told, trained.peak) << precision;
    EXPECT_LT(trained.told, 2.5 * trained.peak) << precision;
  }

  write_large_study(120);
  const Measured predicted = measure({"predict", out(), folder_ / "studies.json", "-o", folder_ / "predictions", "--threads", "1",
                                      "--overlap", "0", "--precision", "fp32"});
  EXPECT_GT(predicted.told, predicted.peak);
  EXPECT_LT(predicted.told, 2.5 * predicted.peak);
}

TEST_F(MemoryLimit, AnAbsurdSizeIsRefusedBeforeAnythingStarts) {
  for (const std::string side : {"4096", "4194304"}) { // the cube of the second has more voxels than 64 bits count
    for (const Arguments& command : {Arguments{"finetune", "segment", store(), "--init", "scratch"},
                                     Arguments{"pretrain", store(), "--template-size", side, side, side}}) {
      Arguments arguments = command;
      arguments.insert(arguments.end(), {"-o", out(), "--recipe", "tiny", "--steps", "1", "--crop", side});
      const ProcessResult result = test::run_brainmvp(arguments);
      EXPECT_EQ(result.exit_code, 6) << result.err;
      expect_part(result.err, "a step needs about ");
      expect_part(result.err, "use a smaller --crop, --batch-size");
      EXPECT_FALSE(fs::exists(out()));
    }
  }
}

} // namespace
} // namespace brainmvp
