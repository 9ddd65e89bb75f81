#include "examples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "option_names.h"
#include "program.h"

namespace brainmvp::app {
namespace {

std::vector<std::string> words_of(const Example& example) {
  std::istringstream text(std::string(example.command) + " " + std::string(example.words));
  std::vector<std::string> words;
  for (std::string word; text >> word;) {
    words.push_back(word);
  }
  return words;
}

TEST(Examples, AreOfCommandsAndOptionsThatExist) {
  Program program;
  for (const Example& example : examples()) {
    ASSERT_NE(command_named(program.options(), example.command), nullptr) << example.command;
    const std::vector<std::string> words = words_of(example);
    EXPECT_EQ(unknown_word(program.options(), words), "") << example.words;
    EXPECT_EQ(with_our_names(program.options(), words), words) << "by their own names: " << example.words;
  }
}

TEST(Examples, AreInTheHelpOfEveryCommand) {
  Program program;
  for (const Command& command : program.commands()) {
    const std::string help = command.app->help();
    EXPECT_NE(help.find("Examples:\n  # "), std::string::npos) << command.app->get_name();
    EXPECT_EQ(help.find("Examples:"), help.rfind("Examples:")) << command.app->get_name();
  }
}

TEST(Examples, OfAnUnknownCommandHaveNoPlace) {
  Program program;
  EXPECT_EQ(command_named(program.options(), "finetune nothing"), nullptr);
  EXPECT_EQ(command_named(program.options(), "finetune"), program.options().get_subcommand("finetune"));
}

} // namespace
} // namespace brainmvp::app
