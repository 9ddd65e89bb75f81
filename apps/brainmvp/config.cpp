#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "io/config_file.h"

namespace brainmvp::app {
namespace {

bool configurable(const CLI::Option& option) {
  const std::string& group = option.get_group();
  return !group.empty() && group.front() >= 'a' && group.front() <= 'z' && !option.get_lnames().empty();
}

std::string key_of(const CLI::Option& option) {
  std::string key = option.get_lnames().front();
  std::ranges::replace(key, '-', '_');
  return option.get_group() + "." + key;
}

[[noreturn]] void refuse_unknown(const std::string& config_file, const io::ConfigEntry& entry, const std::string& name,
                                 const std::map<std::string, CLI::Option*>& known) {
  std::vector<std::string> names;
  for (const auto& [key, option] : known) {
    names.push_back(key);
  }
  const std::string nearest = nearest_name(name, names);
  throw Error(ExitCode::kUsage, config_file + ": line " + std::to_string(entry.line) + ": unknown key " + name +
                                    (nearest.empty() ? "; `--help` lists the options" : "; did you mean " + nearest + "?"));
}

// CLI11 keeps what was given as texts, and the default as one text.
std::vector<std::string> present_values(const CLI::Option& option) {
  if (option.count() > 0) {
    return option.results();
  }
  const std::string text = option.get_default_str();
  return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{text};
}

std::string toml_value(const std::string& text) {
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return number || text == "true" || text == "false" ? text : io::toml_string(text);
}

} // namespace

void apply_config(CLI::App& command, const std::string& config_file) {
  if (config_file.empty()) {
    return;
  }
  std::map<std::string, CLI::Option*> known;
  for (CLI::Option* option : command.get_options()) {
    if (configurable(*option)) {
      known[key_of(*option)] = option;
    }
  }
  for (const io::ConfigEntry& entry : io::read_config_file(config_file)) {
    const std::string name = entry.table.empty() ? entry.key : entry.table + "." + entry.key;
    const auto found = known.find(name);
    if (found == known.end()) {
      refuse_unknown(config_file, entry, name, known);
    }
    CLI::Option& option = *found->second;
    if (option.count() > 0) {
      continue;
    }
    try {
      option.add_result(entry.values);
      option.run_callback();
    } catch (const CLI::ParseError& error) {
      throw Error(ExitCode::kUsage, config_file + ": line " + std::to_string(entry.line) + ": " + error.what());
    }
  }
}

std::string resolved_config(const CLI::App& command) {
  std::map<std::string, std::string> tables;
  for (const CLI::Option* option : command.get_options()) {
    if (!configurable(*option)) {
      continue;
    }
    std::vector<std::string> values = present_values(*option);
    if (values.empty()) {
      continue;
    }
    std::ranges::transform(values, values.begin(), toml_value);
    const std::string key = key_of(*option).substr(option->get_group().size() + 1);
    tables[option->get_group()] += key + " = " + (values.size() == 1 ? values.front() : "[" + join(values, ", ") + "]") + "\n";
  }
  std::string text;
  for (const auto& [table, lines] : tables) {
    text += (text.empty() ? "" : "\n") + ("[" + table + "]\n") + lines;
  }
  return text;
}

} // namespace brainmvp::app
