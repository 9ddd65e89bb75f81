// brainmvp completion: what bash and zsh complete commands, options and their values with.
#include <algorithm>
#include <iostream>
#include <memory>

#include "base/text.h"
#include "command_words.h"

namespace brainmvp::app {
namespace {

std::vector<std::string> option_names(const CommandWords& command) {
  std::vector<std::string> names;
  for (const OptionWords& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// "pretrain:--init|pretrain:-o", the patterns of `case` for what stands before a value.
std::string before_value(const CommandWords& command, const OptionWords& option) {
  std::vector<std::string> patterns;
  std::ranges::transform(option.names, std::back_inserter(patterns),
                         [&](const std::string& name) { return "'" + command.path + ":" + name + "'"; });
  return join(patterns, " | ");
}

std::string bash_values(const CommandWords& command) {
  std::string text;
  for (const OptionWords& option : command.options) {
    if (!option.value.empty()) {
      text += "    " + before_value(command, option) + ") " +
              (!option.choices.empty() ? "words='" + join(option.choices, " ") + "'" : "words=") +
              (option.is_path ? " files=yes" : "") + " ;;\n";
    }
  }
  return text;
}

// What stands where no option's value is expected.
std::string bash_words(const CommandWords& command) {
  std::vector<std::string> words = command.below;
  bool files = false;
  for (const OptionWords& positional : command.positionals) {
    words.insert(words.end(), positional.choices.begin(), positional.choices.end());
    files = files || positional.is_path;
  }
  return "    '" + command.path + "') options='" + join(option_names(command), " ") + "' words='" + join(words, " ") + "'" +
         (files ? " files=yes" : "") + " ;;\n";
}

// In brackets and quotes of zsh's _arguments, where colons and brackets have a meaning.
std::string zsh_text(const std::string& text) {
  std::string quoted;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += (c == ':' || c == '[' || c == ']' || c == '\\' ? "\\" : "") + std::string(1, c);
    }
  }
  return quoted;
}

std::string zsh_value(const OptionWords& option) {
  return ":" + zsh_text(option.names.back()) + ":" +
         (!option.choices.empty() && option.is_path ? "{compadd " + join(option.choices, " ") + "; _files}"
          : !option.choices.empty()                 ? "(" + join(option.choices, " ") + ")"
          : option.is_path                          ? "_files"
                                                    : " ");
}

std::string zsh_function(const std::string& path) {
  std::string name = "_brainmvp" + (path.empty() ? "" : "_" + path);
  std::ranges::replace(name, ' ', '_');
  return name;
}

std::string zsh_arguments(const CommandWords& command) {
  const std::string states =
      command.below.empty() ? "" : "  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n";
  std::string text = zsh_function(command.path) + "() {\n" + states + "  _arguments " + (states.empty() ? "" : "-C ") + "-s -S";
  for (const OptionWords& option : command.options) {
    const std::string value = option.value.empty() ? "" : zsh_value(option);
    const std::string others = option.several ? "*" : "(" + join(option.names, " ") + ")";
    for (const std::string& name : option.names) {
      const std::string joined = name.starts_with("--") && !value.empty() ? "=" : ""; // --steps 3 and --steps=3
      text += " \\\n    '" + others + name + joined + "[" + zsh_text(option.help) + "]" + value + "'";
    }
  }
  for (const OptionWords& positional : command.positionals) {
    text += " \\\n    '" + std::string(positional.several ? "*" : "") + zsh_value(positional) + "'";
  }
  return text;
}

// A command with commands below it hands on to their functions.
std::string zsh_choice(const CommandWords& command, const std::vector<CommandWords>& commands) {
  std::string names, calls;
  for (const std::string& name : command.below) {
    const std::string path = (command.path.empty() ? "" : command.path + " ") + name;
    const auto below = std::ranges::find(commands, path, &CommandWords::path);
    names += "      '" + name + ":" + zsh_text(below->help) + "'\n";
    calls += "      " + name + ") " + zsh_function(path) + " ;;\n";
  }
  return " \\\n    '1: :->command' '*:: :->words'\n  case $state in\n  command)\n    local -a names=(\n" + names +
         "    )\n    _describe command names\n    ;;\n  words)\n    case $words[1] in\n" + calls + "    esac\n    ;;\n  esac\n";
}

void print_completion(const std::string& shell, const std::vector<CommandWords>& commands) {
  std::cout << (shell == "bash" ? bash_completion(commands) : zsh_completion(commands));
}

} // namespace

std::string bash_completion(const std::vector<CommandWords>& commands) {
  std::string paths, values, words;
  for (const CommandWords& command : commands) {
    paths += (paths.empty() ? "" : " | ") + ("'" + command.path + "'"); // '' is no word
    values += bash_values(command);
    words += bash_words(command);
  }
  return R"sh(# Completion of brainmvp in bash, made by `brainmvp completion bash`.
_brainmvp() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= options= words= files= i
  if [ "$word" = = ]; then # bash cuts --option=value at the sign
    word=
  elif [ "$before" = = ]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "${command:+$command }${COMP_WORDS[i]}" in
    )sh" +
         paths +
         R"sh() command=${command:+$command }${COMP_WORDS[i]} ;;
    esac
  done
  case "$command:$before" in
)sh" + values +
         R"sh(    *)
      case "$command" in
)sh" + words +
         R"sh(      esac
      if [[ $word == -* ]]; then words=$options files=; fi
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ -n "$files" ] && [ ${#COMPREPLY[@]} = 0 ]; then compopt -o default; fi
}
complete -F _brainmvp brainmvp
)sh";
}

std::string zsh_completion(const std::vector<CommandWords>& commands) {
  std::string text = "#compdef brainmvp\n# Completion of brainmvp in zsh, made by `brainmvp completion zsh`.\n";
  for (const CommandWords& command : commands) {
    text += zsh_arguments(command) + (command.below.empty() ? "\n" : zsh_choice(command, commands)) + "}\n";
  }
  return text + "if [ \"$funcstack[1]\" = _brainmvp ]; then _brainmvp \"$@\"; else compdef _brainmvp brainmvp; fi\n";
}

Command add_completion(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("completion", "Print what bash or zsh completes commands and options with");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  add_common_options(*command, common, {});
  command->footer("bash: source <(brainmvp completion bash)\n"
                  "zsh: source <(brainmvp completion zsh), after compinit");
  return {command, [shell, &program] { print_completion(*shell, words_of(program)); }};
}

} // namespace brainmvp::app
