// Results that cannot be printed are never lost with exit code 0.
#include <fcntl.h>
#include <unistd.h>

#include "app/predict_models.h"
#include "app/small_studies.h"
#include "io/image_file.h"
#include "support/process.h"
#include "support/support.h"

namespace brainmvp {
namespace {

using Words = std::vector<std::string>;

void fill_stdout() { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); }
void close_stdout() { ::close(STDOUT_FILENO); }
void close_all() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::close(stream);
  }
}

class FullStdout : public testing::Test {
protected:
  void SetUp() override {
    test::write_studies(folder_, {"a", "b"});
    ASSERT_EQ(test::run_brainmvp({"prepare", "-q", folder_ / "studies.json", "-o", folder_ / "store"}).exit_code, 0);
    test::write_drawn_model(folder_ / "model.pt", {});
    image::LabelVolume label{.size = {8, 8, 8}, .affine = {}, .data = std::vector<std::int32_t>(512)};
    label.data[100] = 1;
    io::write_nifti(folder_ / "label.nii.gz", label, {.type = io::StoredType::kUint8});
  }

  test::ProcessResult run(const Words& words, void (*before)()) const {
    return test::Process(test::brainmvp_command(words), before).wait();
  }

  // Commands that succeed and print; each makes its outputs anew.
  std::vector<Words> commands() const {
    const std::string image = folder_ / "a/t1.nii.gz";
    const std::string label = folder_ / "label.nii.gz";
    return {{"--version"},
            {"--help"},
            {"--help-all"},
            {"prepare", "--help"},
            {"finetune", "segment", "--help"},
            {"inspect", image},
            {"inspect", folder_ / "store"},
            {"inspect", folder_ / "model.pt"},
            {"index", "-f", folder_ / "a", "-o", folder_ / "new.json"},
            {"prepare", "-q", folder_ / "studies.json", "-o", folder_ / "store"},
            {"register", "-q", "-f", folder_ / "studies.json", "-o", folder_ / "registered"},
            {"simulate", "-f", "-o", folder_ / "heads", "--studies", "1", "--voxel", "8"},
            {"evaluate", label, "--reference", label},
            {"predict", "-q", "-f", folder_ / "model.pt", image, "-o", folder_ / "predictions"},
            {"convert", "-f", folder_ / "model.pt", folder_ / "model.safetensors"},
            {"bench", "load", "--help"}};
  }

  test::TemporaryFolder folder_;
};

TEST_F(FullStdout, EveryCommandEndsWith6AndSaysWhy) {
  for (const Words& words : commands()) {
    SCOPED_TRACE(words.front());
    EXPECT_EQ(run(words, nullptr).exit_code, 0) << run(words, nullptr).err;
    const auto full = run(words, fill_stdout);
    EXPECT_EQ(full.exit_code, 6);
    test::expect_part(full.err, "stdout cannot be written (No space left on device)");
    const auto closed = run(words, close_stdout);
    EXPECT_EQ(closed.exit_code, 6);
    test::expect_part(closed.err, "stdout cannot be written (Bad file descriptor)");
  }
}

TEST_F(FullStdout, TheOtherProgramTellsToo) {
  test::Process direct({test::brainmvp_program() + "-torch", "inspect", folder_ / "a/t1.nii.gz"}, fill_stdout);
  EXPECT_EQ(direct.wait().exit_code, 6);
}

TEST_F(FullStdout, AnErrorKeepsItsOwnCode) { EXPECT_EQ(run({"inspect", folder_ / "none.nii"}, fill_stdout).exit_code, 4); }

TEST_F(FullStdout, ClosedStreamsAreNotTakenForFiles) {
  const auto converted = [&](const std::string& name, void (*before)()) {
    const auto code = run({"convert", folder_ / "model.pt", folder_ / name}, before).exit_code;
    return std::pair(code, test::read_text(folder_ / name));
  };
  const auto [code, bytes] = converted("open.safetensors", nullptr);
  ASSERT_EQ(code, 0);
  EXPECT_EQ(converted("closed.safetensors", close_all), std::pair(6, bytes));
}

} // namespace
} // namespace brainmvp
