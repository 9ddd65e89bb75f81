// Commands and their options as plain words, for shells' completion and manual pages.
#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace brainmvp::app {

struct OptionWords {
  std::vector<std::string> names = {}; // "-o", "--output"; of a positional its name: "STORE"
  std::string help = {};
  std::string group = {};                // "Messages", "train", ...
  std::string value = {};                // of its value: "FILE"; empty for a flag
  std::string detail = {};               // as in the help: " UINT:POSITIVE=100 Excludes: --epochs"
  std::vector<std::string> choices = {}; // what it takes, or some of it
  bool is_path = false;
  bool several = false; // values or times
};

struct CommandWords {
  std::string path = {}; // "finetune segment"; empty for the program
  std::string help = {};
  std::string footer = {};
  std::vector<OptionWords> options = {}, positionals = {};
  std::vector<std::string> below = {}; // commands of this command, by name
};

// Of the program and all its commands, each before those below it.
std::vector<CommandWords> words_of(const CLI::App& program);

// What a shell sources to complete commands, options and their values.
std::string bash_completion(const std::vector<CommandWords>& commands);
std::string zsh_completion(const std::vector<CommandWords>& commands);

// A page for man, in its macros; `version`: of the program.
std::string manual_page(const CommandWords& command, const std::vector<CommandWords>& commands, const std::string& version);

Command add_completion(CLI::App& program, CommonOptions& common);
Command add_manual(CLI::App& program, CommonOptions& common);

} // namespace brainmvp::app
