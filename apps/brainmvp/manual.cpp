// brainmvp manual: pages for man, from the same words as the help.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "command_words.h"
#include "output_file.h"

namespace brainmvp::app {
namespace {

// What stands for itself in a page: no macro, escape or hyphen that may be broken.
std::string roff(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    const bool starts_macro = (c == '.' || c == '\'') && (quoted.empty() || quoted.back() == '\n');
    quoted += starts_macro ? "\\&" : "";
    quoted += c == '\\' ? std::string("\\e") : c == '-' ? std::string("\\-") : std::string(1, c);
  }
  return quoted;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

std::string page_name(const std::string& path) {
  std::string name = "brainmvp" + (path.empty() ? "" : " " + path);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string lines_of(const std::string& text) { // each on a line of its own
  std::string lines;
  for (const std::string& line : split(text, "\n")) {
    lines += (lines.empty() ? "" : "\n.br\n") + roff(line);
  }
  return lines;
}

std::string entry(const OptionWords& option) {
  std::vector<std::string> names;
  std::ranges::transform(option.names, std::back_inserter(names),
                         [](const std::string& name) { return "\\fB" + roff(name) + "\\fR"; });
  return ".TP\n" + join(names, ", ") + roff(option.detail) + "\n" + lines_of(option.help) + "\n";
}

std::string option_groups(const CommandWords& command) {
  std::string text;
  std::vector<std::string> done;
  for (const OptionWords& first : command.options) {
    if (std::ranges::find(done, first.group) != done.end()) {
      continue;
    }
    done.push_back(first.group);
    text += ".SS " + roff(first.group) + "\n";
    for (const OptionWords& option : command.options) {
      text += option.group == first.group ? entry(option) : "";
    }
  }
  return text;
}

std::string synopsis(const CommandWords& command) {
  std::string text = ".B brainmvp" + (command.path.empty() ? "" : " " + command.path) + "\n";
  for (const OptionWords& positional : command.positionals) {
    text += ".I " + roff(positional.names.front() + (positional.several ? " ..." : "")) + "\n";
  }
  return text + (command.below.empty() ? "" : ".I COMMAND\n") + "[\\fIoptions\\fR]\n";
}

std::string commands_below(const CommandWords& command, const std::vector<CommandWords>& commands) {
  std::string text;
  for (const std::string& name : command.below) {
    const std::string path = (command.path.empty() ? "" : command.path + " ") + name;
    text += ".TP\n.BR " + roff(page_name(path)) + " (1)\n" + roff(std::ranges::find(commands, path, &CommandWords::path)->help) +
            "\n";
  }
  return text;
}

constexpr const char* kExitStatus = R"(.SH EXIT STATUS
.TP
0
done, also when all was done already
.TP
1
internal fault
.TP
2
wrong command line or configuration
.TP
3
nothing usable found
.TP
4
an input that is damaged, inconsistent or missing
.TP
5
an output that exists or cannot be written
.TP
6
memory or disk used up
.TP
7
training gave a loss that is not finite
.TP
130
stopped by a signal
)";

struct ManualArguments {
  std::vector<std::string> words;
  std::string folder;
};

void write_pages(const std::vector<CommandWords>& commands, const std::filesystem::path& folder, bool force) {
  for (const CommandWords& command : commands) {
    check_output_file(folder / (page_name(command.path) + ".1"), force, {}, ".TH BRAINMVP");
  }
  for (const CommandWords& command : commands) {
    write_output_file(folder / (page_name(command.path) + ".1"), manual_page(command, commands, BRAINMVP_VERSION));
  }
}

void print_manual(const ManualArguments& arguments, bool force, const std::vector<CommandWords>& commands) {
  if (!arguments.folder.empty()) {
    write_pages(commands, arguments.folder, force);
    return;
  }
  const std::string path = join(arguments.words, " ");
  const auto found = std::ranges::find(commands, path, &CommandWords::path);
  if (found == commands.end()) {
    throw Error(ExitCode::kUsage, "there is no command " + path + "; see brainmvp --help");
  }
  std::cout << manual_page(*found, commands, BRAINMVP_VERSION);
}

} // namespace

std::string manual_page(const CommandWords& command, const std::vector<CommandWords>& commands, const std::string& version) {
  const std::string name = page_name(command.path);
  std::string text = ".TH " + upper(name) + " 1 \"\" \"brainmvp " + version + "\" \"brainmvp\"\n.SH NAME\n" + roff(name) +
                     " \\- " + roff(command.help) + "\n.SH SYNOPSIS\n" + synopsis(command);
  if (!command.below.empty()) {
    text += ".SH COMMANDS\n" + commands_below(command, commands);
  }
  if (!command.positionals.empty()) {
    text += ".SH ARGUMENTS\n";
    for (const OptionWords& positional : command.positionals) {
      text += entry(positional);
    }
  }
  text += ".SH OPTIONS\n" + option_groups(command);
  if (!command.footer.empty()) {
    text += ".SH NOTES\n.nf\n" + roff(command.footer) + "\n.fi\n";
  }
  return text + (command.path.empty() ? kExitStatus : ".SH SEE ALSO\n.BR brainmvp (1)\n");
}

Command add_manual(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("manual", "Print the manual page of a command, or write those of all commands");
  const auto arguments = std::make_shared<ManualArguments>();
  CLI::Option* words =
      command->add_option("COMMAND", arguments->words, "Its words, as finetune segment; without it the program's own page");
  command->add_option("-o,--output", arguments->folder, "Folder to write all pages into, for man")
      ->type_name("DIR")
      ->excludes(words);
  add_common_options(*command, common, {.force = true});
  return {command, [arguments, &program, &common] { print_manual(*arguments, common.force, words_of(program)); }};
}

} // namespace brainmvp::app
