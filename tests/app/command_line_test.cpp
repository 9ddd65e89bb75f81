// What every command has in common: usage errors, configuration files, the generated command reference.
#include <cstdlib>
#include <sstream>

#include "support/support.h"

namespace brainmvp {
namespace {

using test::contains;

TEST(CommandLine, VersionNamesTheLibraries) {
  const auto result = test::run_brainmvp({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(contains(result.out, "libtorch 2.")) << result.out;
  EXPECT_TRUE(contains(result.out, "ITK 5.")) << result.out;
}

// What OpenMP was started with, of the last program that a start became.
std::string openmp_of(const std::string& program, std::vector<std::string> environment) {
  environment.insert(environment.begin(),
                     {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_DISPLAY_ENV=VERBOSE"}); // the first two unset
  const std::string shown = test::run_process({program, "templates", "--help"}, environment).err;
  return shown.substr(std::min(shown.rfind("OPENMP DISPLAY ENVIRONMENT BEGIN"), shown.size()));
}

TEST(CommandLine, ThreadsThatWaitSleepUnlessTheUserWantsOtherwise) {
  for (const std::string& program : {test::brainmvp_program(), test::brainmvp_program() + "-torch"}) {
    const std::string shown = openmp_of(program, {});
    test::expect_part(shown, "OMP_WAIT_POLICY = 'PASSIVE'");
    test::expect_part(shown, "GOMP_SPINCOUNT = '10000'");
    test::expect_part(openmp_of(program, {"OMP_WAIT_POLICY=ACTIVE"}), "OMP_WAIT_POLICY = 'ACTIVE'");
    test::expect_part(openmp_of(program, {"GOMP_SPINCOUNT=7"}), "GOMP_SPINCOUNT = '7'");
  }
}

TEST(CommandLine, CommandsOnImagesDoWithoutLibtorch) {
  const test::TemporaryFolder folder;
  const std::string link = folder / "link", alone = folder / "brainmvp";
  std::filesystem::create_symlink(test::brainmvp_program(), link);
  EXPECT_TRUE(contains(test::run_process({link, "--version"}).out, "libtorch 2."));
  std::filesystem::copy_file(test::brainmvp_program(), alone);
  for (const char* command : {"simulate", "index", "register", "prepare", "evaluate", "report", "export", "inspect"}) {
    EXPECT_EQ(test::run_process({alone, command, "--help"}).exit_code, 0) << command;
  }
  const auto refused = test::run_process({alone, "pretrain", "--help"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(contains(refused.err, alone + "-torch: cannot be started (No such file or directory)")) << refused.err;
}

TEST(CommandLine, UsageErrorsExitWith2AndSayWhat) {
  EXPECT_EQ(test::run_brainmvp({}).exit_code, 2);
  const auto unknown = test::run_brainmvp({"prepair", "x"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_TRUE(contains(unknown.err, "prepair")) << unknown.err;
  EXPECT_TRUE(contains(unknown.err, "prepare")) << unknown.err;
  const auto option = test::run_brainmvp({"inspect", "--nonsense", "x"});
  EXPECT_EQ(option.exit_code, 2);
  EXPECT_TRUE(contains(option.err, "--nonsense")) << option.err;
}

TEST(CommandLine, AnUnknownConfigurationKeyNamesTheNearest) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "c.toml", "[run]\n\nthreds = 3\n");
  const auto result = test::run_brainmvp({"pretrain", folder / "store", "-o", folder / "run", "--config", folder / "c.toml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(contains(result.err, "line 3")) << result.err;
  EXPECT_TRUE(contains(result.err, "run.threads")) << result.err;
}

// The lines of a help text that name the commands below it.
std::vector<std::string> commands_of(const std::string& help) {
  std::vector<std::string> names;
  std::istringstream lines(help.substr(std::min(help.find("\nSubcommands:"), help.size())));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return names;
}

// A section for the command, and one for each below it.
std::string reference_of(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words.emplace_back("--help");
  const auto help = test::run_brainmvp(words);
  EXPECT_EQ(help.exit_code, 0) << help.err;
  std::string name = "brainmvp";
  for (const std::string& word : command) {
    name += " " + word;
  }
  std::string text = "\n## " + name + "\n\n```text\n" + help.out + "```\n";
  for (const std::string& below : commands_of(help.out)) {
    words.back() = below;
    text += reference_of(words);
  }
  return text;
}

TEST(CommandReference, IsThatOfTheProgram) {
  const std::string expected =
      "# Commands and options\n\nFor whoever looks for an option: every command with its help and its examples. "
      "`./dev docs` writes this page from the program.\n" +
      reference_of({});
  EXPECT_TRUE(contains(expected, "\n## brainmvp finetune segment\n"));
  const std::filesystem::path file = test::golden("../../docs/reference/commands.md");
  if (std::getenv("BRAINMVP_UPDATE_DOCS") != nullptr) {
    test::write_text(file, expected);
  }
  EXPECT_EQ(test::read_text(file), expected) << "run ./dev docs";
}

} // namespace
} // namespace brainmvp
