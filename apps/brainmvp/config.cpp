#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <regex>

#include "base/error.h"
#include "base/text.h"
#include "command.h"
#include "io/config_file.h"
#include "option_names.h"

namespace brainmvp::app {
namespace {

bool configurable(const CLI::Option& option) {
  const std::string& group = option.get_group();
  return !group.empty() && group.front() >= 'a' && group.front() <= 'z' && !option.get_lnames().empty();
}

// As a configuration file has it: "train.batch_size" for the name "batch-size" in the table "train".
std::string key_named(const std::string& table, std::string name) {
  std::ranges::replace(name, '-', '_');
  return table.empty() ? name : table + "." + name;
}

std::string key_of(const CLI::Option& option) { return key_named(option.get_group(), option.get_lnames().front()); }

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

// Numbers in one form whatever way they were given, so that equal configurations are equal texts. TOML has neither leading
// zeros nor more than 63 bits; such a text stays a text, which reads back as it is.
std::string toml_value(const std::string& text) {
  static const std::regex whole("-?(0|[1-9][0-9]{0,17})");
  static const std::regex number(R"([+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)");
  constexpr std::size_t kLongestNumber = 30;
  if (text.size() >= kLongestNumber) {
    return io::toml_string(text);
  }
  if (text == "true" || text == "false" || std::regex_match(text, whole)) {
    return text;
  }
  const double value = std::strtod(text.c_str(), nullptr); // infinite for 1e999, which stays a text
  return std::regex_match(text, number) && std::isfinite(value) ? shortest(value) : io::toml_string(text);
}

bool excluded_by_one_given(const CLI::Option& option) {
  return std::ranges::any_of(option.get_excludes(), [](const CLI::Option* other) { return other->count() > 0; });
}

void set_option(CLI::Option& option, const std::vector<std::string>& values) {
  try {
    option.add_result(values);
    option.run_callback();
  } catch (const CLI::ParseError& error) {
    throw Error(ExitCode::kUsage, reason_of(error));
  }
}

} // namespace

std::string reason_of(const CLI::ParseError& error) {
  const bool no_number = error.get_name() == "ConversionError";
  return std::string(error.what()) + (no_number ? ": expected a number in decimal digits, finite and in the option's range" : "");
}

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
  std::vector<std::pair<CLI::Option*, io::ConfigEntry>> to_set;
  for (const io::ConfigEntry& entry : io::read_config_file(config_file)) {
    const auto found = known.find(key_named(entry.table, our_name(entry.key)));
    if (found == known.end()) {
      refuse_unknown(config_file, entry, key_named(entry.table, entry.key), known);
    }
    if (found->second->count() == 0 && !excluded_by_one_given(*found->second)) {
      to_set.emplace_back(found->second, entry);
    }
  }
  for (const auto& [option, entry] : to_set) {
    const std::string where = config_file + ": line " + std::to_string(entry.line);
    if (option->count() > 0) {
      throw Error(ExitCode::kUsage, where + ": " + key_of(*option) + " stands in this file by two names; keep one of them");
    }
    if (excluded_by_one_given(*option)) {
      throw Error(ExitCode::kUsage, where + ": " + key_of(*option) + " excludes another key of this file; keep one of them");
    }
    with_context(where, [&] { set_option(*option, entry.values); });
  }
}

void set_unless_given(CLI::App& command, const std::string& name, const std::vector<std::string>& values) {
  CLI::Option& option = *command.get_option(name);
  if (option.count() == 0 && !excluded_by_one_given(option)) {
    set_option(option, values);
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
