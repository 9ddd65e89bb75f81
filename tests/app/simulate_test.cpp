// `brainmvp simulate` as a process: every layout comes back through `index` with nothing lost.
#include <map>
#include <set>

#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

struct LayoutCase {
  std::string layout;
  std::string task; // of index; empty: --layout auto
  std::size_t studies = 2;
  std::set<std::string> modalities = {};
  std::size_t labelled = 0;
  std::map<std::string, std::size_t> classes = {};
};

const std::set<std::string> kFour{"flair", "t1", "t1c", "t2"};

std::vector<LayoutCase> all_layouts() {
  return {{.layout = "bids", .task = "", .modalities = {"adc", "dwi", "flair", "mra", "pd", "t1", "t1c", "t2"}, .labelled = 2},
          {.layout = "folders", .task = "", .modalities = kFour, .labelled = 2},
          {.layout = "nnunet", .task = "", .studies = 5, .modalities = kFour, .labelled = 4},
          {.layout = "brats2021", .task = "", .modalities = kFour, .labelled = 2},
          {.layout = "brats2023-ssa", .task = "", .modalities = kFour, .labelled = 2},
          {.layout = "brats2023-men", .task = "", .modalities = kFour, .labelled = 2},
          {.layout = "ucsf-pdgm", .task = "", .modalities = {"adc", "dwi", "flair", "t1", "t1c", "t2"}, .labelled = 2},
          {.layout = "ixi", .task = "", .modalities = {"mra", "pd", "t1", "t2"}},
          {.layout = "brats2023-ped", .task = "brats2023-ped", .modalities = kFour, .labelled = 2},
          {.layout = "brats2023-met", .task = "brats2023-met", .modalities = kFour, .labelled = 2},
          {.layout = "isles22", .task = "isles22", .modalities = {"adc", "dwi", "flair"}, .labelled = 2},
          {.layout = "isles22-rawdata", .task = "isles22", .modalities = {"adc", "dwi", "flair"}, .labelled = 2},
          {.layout = "mrbrains13", .task = "mrbrains13", .studies = 6, .modalities = {"flair", "t1", "t1_ir"}, .labelled = 5},
          {.layout = "vsseg", .task = "vsseg", .modalities = {"t1c", "t2"}, .labelled = 2},
          {.layout = "crossmoda", .task = "", .modalities = {"t1c", "t2"}, .labelled = 1},
          {.layout = "upenn-gbm", .task = "upenn-gbm", .modalities = kFour, .labelled = 2},
          {.layout = "brats2018", .task = "brats2018", .modalities = kFour, .labelled = 2, .classes = {{"HGG", 1}, {"LGG", 1}}},
          {.layout = "adni", .task = "adni", .studies = 4, .modalities = {"t1"}, .classes = {{"CN", 2}, {"MCI", 2}}},
          {.layout = "adhd200", .task = "adhd200", .studies = 4, .modalities = {"t1"}, .classes = {{"TDC", 2}, {"ADHD", 2}}},
          {.layout = "abide1", .task = "abide1", .studies = 4, .modalities = {"t1"}, .classes = {{"ASD", 2}, {"control", 2}}}};
}

std::size_t images_below(const fs::path& root) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    count += name.ends_with(".nii.gz") || name.ends_with(".nii") ? 1U : 0U;
  }
  return count;
}

class EveryLayout : public testing::TestWithParam<LayoutCase> {};

TEST_P(EveryLayout, IsReadBackByIndex) {
  const LayoutCase& expected = GetParam();
  const test::TemporaryFolder folder;
  const auto made = test::run_brainmvp({"simulate", "-o", folder / "set", "--layout", expected.layout, "--studies",
                                        std::to_string(expected.studies), "--voxel", "6", "--threads", "2", "-q"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  Arguments index{"index", folder / "set", "-o", folder / "s.json", "--threads", "2"};
  if (!expected.task.empty()) {
    index.insert(index.end(), {"--task", expected.task, "--folds", "2"});
  }
  const auto found = test::run_brainmvp(index);
  ASSERT_EQ(found.exit_code, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("0 errors, "), std::string::npos) << found.out;
  // Only sets whose images lie on grids of their own are warned of, and of nothing else.
  const std::set<std::string> unregistered{"ixi", "isles22", "isles22-rawdata", "vsseg"};
  const bool warns = found.out.find(", 0 warnings") == std::string::npos;
  const bool tells_grids = found.out.find("images on another grid than their study") != std::string::npos;
  EXPECT_EQ(warns, unregistered.contains(expected.layout)) << found.out;
  EXPECT_EQ(tells_grids, warns) << found.out;
  const auto json = nlohmann::json::parse(test::read_text(folder / "s.json"));
  std::size_t studies = 0;
  std::size_t labelled = 0;
  std::set<std::string> modalities;
  std::map<std::string, std::size_t> classes;
  for (const char* split : {"training", "validation", "test"}) {
    for (const auto& study : json.value(split, nlohmann::json::array())) {
      ++studies;
      labelled += study.contains("label") ? 1U : 0U;
      modalities.insert(study["modality"].begin(), study["modality"].end());
      if (study.contains("class") && !expected.classes.empty()) {
        ++classes[study["class"]];
      }
    }
  }
  EXPECT_EQ(studies, expected.studies) << found.out;
  EXPECT_EQ(labelled, expected.labelled) << found.out;
  EXPECT_EQ(modalities, expected.modalities) << found.out;
  EXPECT_EQ(classes, expected.classes) << found.out;
  EXPECT_GE(images_below(folder / "set"), studies);
}

INSTANTIATE_TEST_SUITE_P(Simulate, EveryLayout, testing::ValuesIn(all_layouts()), [](const auto& layout) {
  std::string name = layout.param.layout;
  std::erase_if(name, [](char c) { return c == '-'; });
  return name;
});

TEST(SimulateCommand, ExitCodes) {
  const test::TemporaryFolder folder;
  const std::string out = folder / "set";
  const auto run = [&](const Arguments& more) {
    Arguments arguments{"simulate", "-o", out, "--voxel", "8", "--studies", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_brainmvp(arguments);
  };
  EXPECT_EQ(test::run_brainmvp({"simulate"}).exit_code, 2); // no -o
  const auto unknown = run({"--layout", "brats2012"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("did you mean brats20"), std::string::npos) << unknown.err;
  EXPECT_EQ(run({"--pathology", "cold"}).exit_code, 2);
  EXPECT_EQ(run({"--missing", "2"}).exit_code, 2);
  EXPECT_EQ(run({"--anatomy", folder / "none"}).exit_code, 4);
  EXPECT_EQ(run({"--heads", "7"}).exit_code, 2);
  EXPECT_EQ(run({"--heads", "first"}).exit_code, 2);
  EXPECT_EQ(run({"--anatomy", "drawn", "--heads", "1"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(run({"--layout", "ida_tree"}).exit_code, 0); // by the name of index's layout
  const auto exists = run({});
  EXPECT_EQ(exists.exit_code, 5);
  EXPECT_NE(exists.err.find("--force"), std::string::npos) << exists.err;
  const auto again = run({"-f", "--pathology", "stroke", "--modalities", "dwi,adc"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.out.find("1 study (bids), 2 images, 1 label map"), std::string::npos) << again.out;
  EXPECT_FALSE(fs::exists(folder / "set/ADNI"));
}

TEST(SimulateCommand, HeadsAreThoseAskedFor) {
  const test::TemporaryFolder folder;
  std::set<std::string> images;
  for (const Arguments& more : std::vector<Arguments>{
           {"--heads", "1"}, {"--heads", "2"}, {"--anatomy", "drawn"}, {"--anatomy", "shipped", "--heads", "1"}}) {
    Arguments arguments{"simulate", "-o", folder / "set", "-f", "--studies", "1", "--layout", "adni", "--voxel", "8", "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto made = test::run_brainmvp(arguments);
    ASSERT_EQ(made.exit_code, 0) << made.err;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "set")) {
      if (entry.path().string().ends_with(".nii")) {
        images.insert(test::read_text(entry.path()));
      }
    }
  }
  EXPECT_EQ(images.size(), 3U);
}

} // namespace
} // namespace brainmvp
