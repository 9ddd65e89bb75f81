// What commands are told to write, as a process: --force replaces nothing but a command's own work, and links, pipes and devices
// stay what they are.
#include <sys/stat.h>

#include "small_studies.h"
#include "support/process.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::run_brainmvp;

test::ProcessResult simulate_adni(const std::string& output, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"simulate", "-o", output, "--studies", "1", "--voxel", "8", "--layout", "adni", "-q"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_brainmvp(arguments);
}

TEST(SimulatedFolder, IsReplacedWhereItHoldsNothingElse) {
  const test::TemporaryFolder folder;
  const std::string out = folder / "d";
  test::write_text(folder / "d/keep/a", "x");
  const auto foreign = simulate_adni(out, {"-f"});
  EXPECT_EQ(foreign.exit_code, 5);
  EXPECT_TRUE(contains(foreign.err, "keep/a")) << foreign.err;
  EXPECT_EQ(test::read_text(folder / "d/keep/a"), "x");
  fs::remove_all(folder / "d/keep");
  EXPECT_EQ(simulate_adni(out).exit_code, 0); // an empty folder needs no --force
  EXPECT_EQ(simulate_adni(out).exit_code, 5);
  EXPECT_EQ(simulate_adni(out, {"-f", "--seed", "7"}).exit_code, 0);
  test::write_text(folder / "d/ADNI/notes.txt", "mine");
  const auto mixed = simulate_adni(out, {"-f"});
  EXPECT_EQ(mixed.exit_code, 5);
  EXPECT_TRUE(contains(mixed.err, "ADNI/notes.txt") && !contains(mixed.err, "more")) << mixed.err;
  EXPECT_TRUE(fs::exists(folder / "d/simulation.tsv"));
}

// As a shell does it: in the folder itself.
int simulate_in(const fs::path& folder, const std::string& output) {
  test::Process process(
      test::brainmvp_command({"simulate", "-o", output, "--studies", "1", "--voxel", "8", "--layout", "adni", "-f"}),
      [&] { fs::current_path(folder); });
  return process.wait().exit_code;
}

TEST(SimulatedFolder, IsNeverTheFolderOfTheUserNorOneAboveIt) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "work/inner/thesis.txt", "years");
  for (const std::string output : {".", "..", "./", "/", "../../work"}) {
    EXPECT_EQ(simulate_in(folder / "work/inner", output), 5) << output;
  }
  ASSERT_EQ(simulate_adni(folder / "cohort").exit_code, 0);
  EXPECT_EQ(simulate_in(folder / "cohort", "."), 5); // also where it could be replaced
  EXPECT_EQ(test::read_text(folder / "work/inner/thesis.txt"), "years");
  EXPECT_TRUE(fs::exists(folder / "cohort/simulation.tsv"));
}

TEST(Outputs, AreNotWrittenOverTheirInputs) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(simulate_adni(folder / "data").exit_code, 0);
  const std::string list = folder / "s.json";
  ASSERT_EQ(run_brainmvp({"index", folder / "data", "-o", list, "-q"}).exit_code, 0);
  const std::string before = test::read_text(list);
  EXPECT_EQ(run_brainmvp({"index", list, "-o", list, "-f"}).exit_code, 5);
  for (const std::string command : {"prepare", "register"}) {
    for (const std::string output : {"data", ""}) {
      const auto refused = run_brainmvp({command, list, "-o", folder / output, "-f"});
      EXPECT_EQ(refused.exit_code, 5) << command << " -o " << output << refused.err;
      EXPECT_TRUE(contains(refused.err, "holds the input")) << refused.err;
    }
  }
  const fs::path image = nlohmann::json::parse(before).at("training").at(0).at("image").at(0).get<std::string>();
  const auto typed = run_brainmvp({"index", folder / "data", "-o", folder.path() / image, "-f"});
  EXPECT_EQ(typed.exit_code, 5);
  EXPECT_TRUE(contains(typed.err, "no file that this command wrote")) << typed.err;
  EXPECT_EQ(run_brainmvp({"index", folder / "data", "-o", folder / "data", "-f"}).exit_code, 5);
  EXPECT_EQ(test::read_text(list), before);
}

TEST(Outputs, GoThroughLinksIntoDevicesAndIntoMissingFolders) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(simulate_adni(folder / "data").exit_code, 0);
  const auto index = [&](const std::string& output) {
    return run_brainmvp({"index", folder / "data", "-o", output, "-f", "-q"});
  };
  test::write_text(folder / "far/real.json", "{}");
  fs::create_symlink("far/real.json", folder / "link.json");
  fs::create_symlink("far/other.json", folder / "dangling.json");
  for (const std::string name : {"link.json", "dangling.json", "a/b/c.json"}) {
    const auto done = index(folder / name);
    EXPECT_EQ(done.exit_code, 0) << name << done.err;
    const auto read =
        run_brainmvp({"prepare", folder / name, "-o", folder / ("store of " + name.substr(0, 1)), "--spacing", "10"});
    EXPECT_EQ(read.exit_code, 0) << name << read.err; // paths hold from where the link lies
  }
  EXPECT_TRUE(fs::is_symlink(folder / "link.json") && fs::is_symlink(folder / "dangling.json"));
  EXPECT_GT(fs::file_size(folder / "far/real.json"), 10U);
  EXPECT_EQ(run_brainmvp({"prepare", folder / "far/other.json", "-o", folder / "d", "--spacing", "10"}).exit_code, 0);
  EXPECT_EQ(index("/dev/null").exit_code, 0);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  const auto out = index("/dev/stdout");
  EXPECT_EQ(out.exit_code, 0) << out.err;
  EXPECT_EQ(nlohmann::json::parse(out.out).at("training").size(), 1U); // nothing else is in it
  EXPECT_TRUE(contains(out.err, "written to /dev/stdout")) << out.err;
  EXPECT_EQ(index("/dev/full").exit_code, 6);
}

} // namespace
} // namespace brainmvp
