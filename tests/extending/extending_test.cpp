// The examples of docs/develop/extending.md, in a program beside ours: each is what the page shows, and each works.
#include "extending/extending.h"

#include <gtest/gtest.h>

#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

class Extending : public testing::Test {
protected:
  static void SetUpTestSuite() {
    example::add_sharpen();
    example::add_pyramid();
    example::add_amounts();
    example::add_numbered();
    example::add_jaccard();
    folder_ = new test::TemporaryFolder;
    fs::create_directories(path("collection"));
    std::string amounts = "case\tamount\n";
    for (int i = 1; i <= 5; ++i) {
      const std::string number = "000" + std::to_string(i);
      image::Volume head{.size = {18, 20, 16}, .affine = {}, .data = test::fill(number, std::size_t{18 * 20 * 16})};
      std::ranges::for_each(head.data, [](float& value) { value += 2; });
      io::write_nifti(path("collection/t1@" + number + ".nii.gz"), head);
      amounts += number + "\t" + std::to_string(-100 - i) + "\n";
    }
    test::write_text(path("amounts.tsv"), amounts);
    run({"index", path("collection"), "-o", path("studies.json"), "--layout", "numbered"});
    run({"prepare", path("studies.json"), "-o", path("store")});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string path(const std::string& name) { return *folder_ / name; }

  // In this process, since only this program knows the examples. Gives what it printed.
  static std::string run(const Arguments& arguments) {
    app::Program program;
    example::add_count_to(program);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    EXPECT_NO_THROW(program.run(arguments)) << arguments.front();
    return testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr();
  }

  static test::TemporaryFolder* folder_;
};

test::TemporaryFolder* Extending::folder_ = nullptr;

TEST_F(Extending, ALayoutAndACommand) {
  const nlohmann::json list = nlohmann::json::parse(test::read_text(path("studies.json")));
  EXPECT_EQ(list["training"][0]["id"], "0001");
  EXPECT_EQ(list["training"][0]["modality"], nlohmann::json({"t1"}));
  EXPECT_EQ(run({"count", path("studies.json")}), "5\n");
}

TEST_F(Extending, AnObjectiveANetworkAndAHead) {
  const Arguments small{"--recipe", "tiny", "--crop", "16", "--steps", "2", "--batch-size", "2", "--threads", "1"};
  Arguments pretrain{"pretrain", path("store"), "-o", path("pre"), "--objective",
                     "sharpen",  "--cube-side", "2",  "--network", "pyramid"};
  pretrain.insert(pretrain.end(), small.begin(), small.end());
  run(pretrain);
  test::expect_part(test::read_text(path("pre/config.toml")), "cube_side = 2");
  Arguments finetune{"finetune",
                     "amount",
                     path("store"),
                     "-o",
                     path("run"),
                     "--init",
                     path("pre"),
                     "--targets-from",
                     path("amounts.tsv") + ":amount",
                     "--validate-every",
                     "0"};
  finetune.insert(finetune.end(), small.begin(), small.end());
  test::expect_part(run(finetune), "loaded (6): encoder.* (6)");
  run({"predict", path("run/checkpoints/last.pt"), path("studies.json"), "-o", path("predicted"), "--threads", "1"});
  EXPECT_EQ(test::read_text(path("predicted/predictions.tsv")), "case\tamount\n0001\t0\n0002\t0\n0003\t0\n0004\t0\n0005\t0\n");
}

TEST_F(Extending, AMetric) {
  image::Volume mask{.size = {4, 1, 1}, .affine = {}, .data = {1, 1, 1, 0}};
  for (const char* folder : {"reference", "masks"}) {
    fs::create_directories(path(folder));
    io::write_nifti(path(folder) + "/a.nii.gz", mask);
    mask.data = {0, 1, 1, 1};
  }
  run({"evaluate", path("masks"), "--reference", path("reference"), "-o", path("metrics.json")});
  const nlohmann::json metrics = nlohmann::json::parse(test::read_text(path("metrics.json")));
  EXPECT_DOUBLE_EQ(metrics["cases"][0]["jaccard"].get<double>(), 0.5);
}

// Each file of the examples stands in the page, whole, as a block of code.
TEST(ExtendingPage, ShowsTheExamples) {
  const fs::path examples(BRAINMVP_EXAMPLES);
  const std::string page = test::read_text(examples / "../docs/develop/extending.md");
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(examples / "extending")) {
    if (entry.path().extension() == ".cpp") {
      ++files;
      EXPECT_TRUE(test::contains(page, "```cpp\n" + test::read_text(entry.path()) + "```\n"))
          << "docs/develop/extending.md does not show " << entry.path().filename() << " as it is";
    }
  }
  EXPECT_EQ(files, 6U);
}

} // namespace
} // namespace brainmvp
