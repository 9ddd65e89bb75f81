// Every option of every command, walked in the program's own tree: numbers, names, and the help that lists them.
#include <functional>

#include "option_names.h"
#include "program.h"
#include "settings_options.h"
#include "support/support.h"

namespace brainmvp::app {
namespace {

using test::contains;
using test::expect_part;
using Words = std::vector<std::string>;

void visit_commands(CLI::App& command, const std::function<void(CLI::App&)>& visit) {
  visit(command);
  for (CLI::App* below : command.get_subcommands({})) {
    visit_commands(*below, visit);
  }
}

void visit_options(CLI::App& program, const std::function<void(CLI::App&, CLI::Option&)>& visit) {
  visit_commands(program, [&](CLI::App& command) {
    for (CLI::Option* option : command.get_options()) {
      if (option->get_expected_max() > 0) { // no flag
        visit(command, *option);
      }
    }
  });
}

bool takes(CLI::Option& option, const std::string& text) {
  option.clear();
  bool taken = true;
  try {
    for (int i = 0; i < std::max(1, option.get_expected_min()); ++i) {
      option.add_result(text);
    }
    option.run_callback();
  } catch (const CLI::ParseError&) {
    taken = false;
  }
  option.clear();
  return taken;
}

bool numeric(CLI::Option& option) {
  const Words numbers{"0.5", "1", "2", "96"};
  return !takes(option, "banana") && std::ranges::any_of(numbers, [&](const std::string& text) { return takes(option, text); });
}

TEST(Options, NumbersAreFiniteAndRepresentable) {
  Program program;
  const Words refused{"nan",    "NaN",    "-nan",   "inf",  "-inf", "+inf", "Infinity", "1e999",
                      "-1e999", "1e-999", "1e-310", "0x10", "1,5",  "1 ",   "+-1",      "--1"};
  std::size_t numbers = 0;
  visit_options(program.options(), [&](CLI::App& command, CLI::Option& option) {
    if (!numeric(option)) {
      return;
    }
    ++numbers;
    SCOPED_TRACE(command.get_name() + " " + option.get_name());
    for (const std::string& text : refused) {
      EXPECT_FALSE(takes(option, text)) << text;
    }
    if (!takes(option, "0.5")) { // a whole number
      EXPECT_FALSE(takes(option, "99999999999999999999"));
      EXPECT_EQ(takes(option, "016"), takes(option, "16"));
    }
  });
  EXPECT_GT(numbers, 90U);
}

TEST(Options, ConfigurationFilesAreHeldToTheSame) {
  const Program program;
  const test::TemporaryFolder folder;
  std::size_t keys = 0;
  for (const Command& command : program.commands()) {
    for (const settings::Setting& setting : command.settings ? command.settings->rows() : std::list<settings::Setting>{}) {
      if (setting.help.empty() || setting.slot.kind() == "TEXT") {
        continue;
      }
      ++keys;
      for (const char* value : {"nan", "[nan, nan, nan]", "\"1e999\""}) {
        test::write_text(folder / "c.toml", "[" + setting.table + "]\n" + setting.name + " = " + value + "\n");
        SCOPED_TRACE(command.app->get_name() + " " + setting.name + " = " + value);
        EXPECT_THROW(read_settings(*command.settings, folder / "c.toml"), Error);
      }
    }
  }
  EXPECT_GT(keys, 80U);
}

TEST(Options, ANumberThatIsRefusedIsNamedWithItsOption) {
  const auto refused = [](const Words& words, const Words& parts) {
    const auto result = test::run_brainmvp(words);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    for (const std::string& part : parts) {
      expect_part(result.err, part);
    }
  };
  refused({"simulate", "-o", "never", "--voxel", "nan"}, {"--voxel", "nan", "0.5"});
  refused({"simulate", "-o", "never", "--seed", "99999999999999999999"},
          {"--seed", "99999999999999999999", "see brainmvp simulate"});
  refused({"finetune", "segment", "s", "-o", "never", "--init", "scratch", "--weight-consistency", "inf"},
          {"--weight-consistency", "found inf", "see brainmvp finetune segment --help"});
  refused({"simulate", "-o", "never", "--seed", ""}, {"--seed: its value is empty"});
  const test::TemporaryFolder folder;
  test::write_text(folder / "c.toml", "[train]\nlr = nan\n");
  refused({"pretrain", "s", "-o", "never", "--config", folder / "c.toml"}, {"c.toml: line 2", "--learning-rate", "nan"});
}

TEST(Options, FamiliarNamesAreTaken) {
  Program program;
  const auto ours = [&](const Words& words) { return with_our_names(program.options(), words); };
  EXPECT_EQ(ours({"pretrain", "s", "-o", "r", "--lr", "1e-3", "--batch_size=4", "--max_steps", "9"}),
            (Words{"pretrain", "s", "-o", "r", "--learning-rate", "1e-3", "--batch-size=4", "--steps", "9"}));
  EXPECT_EQ(ours({"finetune", "segment", "--encoder_rate", "0.1"}), (Words{"finetune", "segment", "--encoder-rate", "0.1"}));
  const Words values{"report", "run", "-o", "--lr", "--title", "--batch_size", "--", "--lr"};
  EXPECT_EQ(ours(values), values) << "values and what follows -- are no names";
  const auto taken = test::run_brainmvp({"pretrain", "missing", "-o", "never", "--lr", "1e-3", "--batch_size", "4"});
  EXPECT_EQ(taken.exit_code, 4) << taken.err;
  expect_part(taken.err, "missing: does not exist");
}

TEST(Options, OtherNamesLeadToOptionsThatExistAndAreNotOurs) {
  Program program;
  for (const OtherName& name : other_names()) {
    bool leads = false;
    visit_commands(program.options(), [&](CLI::App& command) {
      leads = leads || command.get_option_no_throw("--" + std::string(name.ours)) != nullptr;
      EXPECT_EQ(command.get_option_no_throw("--" + std::string(name.other)), nullptr) << name.other;
    });
    EXPECT_TRUE(leads) << name.other << " to " << name.ours;
  }
}

TEST(Options, UnknownNamesAreAnsweredWithTheNearest) {
  Program program;
  const auto message = [&](const Words& words) {
    return unknown_word(program.options(), with_our_names(program.options(), words));
  };
  EXPECT_EQ(message({"pretrain", "s", "-o", "--nothing", "--steps", "3", "--", "--nothing"}), "");
  expect_part(message({"pretrain", "s", "--epoch", "3"}),
              "there is no option --epoch of brainmvp pretrain; did you mean --epochs?");
  expect_part(message({"pretrain", "s", "--num-workers", "3"}), "did you mean --loader-threads?");
  expect_part(message({"prepare", "s", "--num_workers=3"}),
              "no option --num_workers of brainmvp prepare; did you mean --threads?");
  expect_part(message({"finetune", "segment", "s", "--batch", "3"}), "did you mean --batch-size?");
  expect_part(message({"predict", "r", "--input", "x"}), "what is read is named without an option: brainmvp predict RUN");
  expect_part(message({"inspect", "--nonsense", "x"}), "no option --nonsense of brainmvp inspect. See brainmvp inspect --help");
  expect_part(message({"prepare", "s", "-force"}), "did you mean --force?"); // CLI11 reads -f -o rce
  expect_part(message({"prepare", "s", "-output", "x"}), "did you mean --output?");
  expect_part(message({"prepare", "s", "-o=x"}), "did you mean --output?");
  expect_part(message({"--threads", "2", "prepare", "s"}), "stands after the command: brainmvp COMMAND --threads");
  expect_part(message({"prepair", "s"}), "did you mean prepare?");
  expect_part(message({"finetune", "segmnt", "s"}), "did you mean segment?");
  expect_part(message({"finetune", "xyz"}), "expected one of segment, classify");
  const auto process = test::run_brainmvp({"pretrain", "s", "-o", "r", "--epoch", "3"});
  EXPECT_EQ(process.exit_code, 2);
  expect_part(process.err, "--epochs");
}

TEST(Options, HelpAllListsTheOptionsOfEveryCommand) {
  Program program;
  const std::string help = test::run_brainmvp({"--help-all"}).out;
  visit_commands(program.options(), [&](CLI::App& command) {
    const std::size_t begin = command.get_parent() == nullptr ? 0 : help.find("\n" + command.get_name() + "\n");
    const std::size_t nested = help.find("\n  " + command.get_name() + "\n");
    ASSERT_NE(std::min(begin, nested), std::string::npos) << command.get_name();
    visit_options(command, [&](CLI::App&, CLI::Option& option) {
      for (const std::string& name : option.get_lnames()) {
        EXPECT_NE(help.find("--" + name, std::min(begin, nested)), std::string::npos) << command.get_name() << " --" << name;
      }
    });
  });
}

} // namespace
} // namespace brainmvp::app
