#include "command_words.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "simulate/cohort_layout.h"
#include "simulate/pathology.h"
#include "study/layout.h"
#include "study/task.h"

namespace brainmvp::app {
namespace {

// What stands in the place of a value that is a file or a folder.
bool is_path(const std::string& value) {
  static constexpr auto kPaths = std::to_array<std::string_view>({"FILE", "DIR", "FOLDER", "RUN", "STORE", "CHECKPOINT"});
  return std::ranges::any_of(kPaths, [&](std::string_view word) { return value.find(word) != std::string::npos; });
}

// "TEXT:{fp32,bf16}" has two, whether a setting or CLI11 made it.
std::vector<std::string> choices_in(const std::string& type) {
  const std::size_t begin = type.find('{'), end = type.rfind('}');
  return begin == std::string::npos || end < begin ? std::vector<std::string>{}
                                                   : split(type.substr(begin + 1, end - begin - 1), ",");
}

std::vector<std::string> names_in(const auto& table) {
  std::vector<std::string> names;
  std::ranges::transform(table, std::back_inserter(names), [](const auto& entry) { return std::string(entry.name); });
  return names;
}

// Words that an option is likely to take, where it takes others too.
std::vector<std::string> suggested(const std::string& command, const std::string& option, const std::string& value) {
  if (value == "MODALITY") {
    std::vector<std::string> names;
    std::ranges::transform(study::ModalityTable::standard().entries(), std::back_inserter(names),
                           &study::ModalityTable::Entry::canonical);
    return names;
  }
  if (option == "--layout") {
    return command == "simulate" ? names_in(simulate::cohort_layouts()) : names_in(study::layouts());
  }
  if (option == "--pathology") {
    return {simulate::kPathologyNames.begin(), simulate::kPathologyNames.end()};
  }
  return option == "--task" ? study::task_names() : std::vector<std::string>{};
}

OptionWords words_of(const CLI::Option& option, const std::string& command) {
  OptionWords words{
      .help = option.get_description(), .group = option.get_group(), .detail = CLI::Formatter().make_option_opts(&option)};
  if (option.get_positional()) {
    words.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) {
      words.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
      words.names.push_back("--" + name);
    }
  }
  words.several = option.get_items_expected_max() > 1;
  if (option.get_items_expected_max() > 0) {
    const std::string type = option.get_type_name();
    words.choices = choices_in(type);
    words.value = type.substr(0, type.find_first_of(": "));
    if (words.choices.empty()) {
      words.choices = suggested(command, option.get_name(false, true), words.value);
    }
    words.is_path = is_path(words.value) || (option.get_positional() && words.choices.empty());
  }
  return words;
}

void add_words(std::vector<CommandWords>& all, const CLI::App& command, const std::string& path) {
  CommandWords words{.path = path, .help = command.get_description(), .footer = command.get_footer()};
  for (const CLI::Option* option : command.get_options()) {
    (option->get_positional() ? words.positionals : words.options).push_back(words_of(*option, path));
  }
  const std::vector<const CLI::App*> below = command.get_subcommands([](const CLI::App*) { return true; });
  std::ranges::transform(below, std::back_inserter(words.below), [](const CLI::App* one) { return one->get_name(); });
  all.push_back(std::move(words));
  for (const CLI::App* one : below) {
    add_words(all, *one, (path.empty() ? "" : path + " ") + one->get_name());
  }
}

} // namespace

std::vector<CommandWords> words_of(const CLI::App& program) {
  std::vector<CommandWords> all;
  add_words(all, program, "");
  return all;
}

} // namespace brainmvp::app
