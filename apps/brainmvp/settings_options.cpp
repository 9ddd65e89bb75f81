#include "settings_options.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "option_names.h"

namespace brainmvp::app {
namespace {

using settings::Setting;
using settings::Words;

std::string bounds_text(const settings::Range& range) {
  if (range.highest) {
    return " in [" + settings::text_of_bound(*range.lowest) + " - " + settings::text_of_bound(*range.highest) + "]";
  }
  return !range.lowest ? "" : *range.lowest > 0 || range.above ? ":POSITIVE" : ":NONNEGATIVE";
}

std::string type_text(const Setting& setting) {
  const std::string kind = setting.placeholder.empty() ? setting.slot.kind() : setting.placeholder;
  const std::vector<std::string>& choices = setting.slot.choices();
  return kind + (choices.empty() ? bounds_text(setting.range) : ":{" + join(choices, ",") + "}");
}

// "" for a setting of the command; otherwise whose it is, with defaults that no recipe changes: " (brainmvp: 8; mae: 8)".
std::string owners_text(settings::Settings& settings, const Setting& setting) {
  std::vector<std::string> owners;
  for (const Setting& row : settings.rows()) {
    if (row.table == setting.table && row.name == setting.name && !row.owner.empty()) {
      const std::string value = row.recipes.empty() ? join(io::texts_of(row.slot.get()), " ") : "";
      owners.push_back(row.owner + (value.empty() ? "" : ": " + value));
    }
  }
  return owners.empty() ? "" : " (" + join(owners, "; ") + ")";
}

// Thrown while the command line is read, so that the message ends with where the help is.
void give(settings::Settings& settings, const Setting& setting, const io::ConfigValues& values) {
  try {
    settings.give(setting.table, setting.name, values);
  } catch (const Error& error) {
    throw CLI::ValidationError(error.message());
  }
}

CLI::Option* add_flag(CLI::App& command, settings::Settings& settings, const Setting& setting) {
  return command.add_flag_function(
      setting.option(), [&](std::int64_t count) { give(settings, setting, {count > 0}); },
      setting.help + owners_text(settings, setting));
}

CLI::Option* add_valued(CLI::App& command, settings::Settings& settings, const Setting& setting) {
  CLI::Option* option = command.add_option(
      setting.option(),
      [&](const CLI::results_t& words) {
        if (std::ranges::count(words, "") == 0) { // otherwise the program refuses it
          give(settings, setting, {words.begin(), words.end()});
        }
        return true;
      },
      setting.help + owners_text(settings, setting));
  const auto [fewest, most] = setting.slot.count();
  const Words words = setting.slot.words();
  option->type_name(type_text(setting))->type_size(1);
  if (words != Words::kOne) {
    option->expected(fewest, std::min(most, CLI::detail::expected_max_vector_size));
    option->allow_extra_args(words == Words::kSeveral || words == Words::kAny);
  }
  if (words == Words::kCommas || words == Words::kAny) {
    option->delimiter(',');
  }
  if (setting.recipes.empty() && setting.owner.empty()) { // otherwise its default depends on the recipe or the owner
    option->default_str(join(io::texts_of(setting.slot.get()), " "));
  }
  return option;
}

} // namespace

void add_setting_options(CLI::App& command, settings::Settings& settings) {
  for (const Setting& setting : settings.rows()) {
    if (setting.help.empty() || command.get_option_no_throw(setting.option()) != nullptr) {
      continue;
    }
    CLI::Option* option = setting.slot.is_flag() ? add_flag(command, settings, setting) : add_valued(command, settings, setting);
    option->group(setting.table);
    if (!setting.excludes.empty()) {
      option->excludes(command.get_option(settings::option_named(setting.excludes)));
    }
    if (!setting.needs.empty()) {
      option->needs(command.get_option(settings::option_named(setting.needs)));
    }
  }
}

void read_settings(settings::Settings& settings, const std::string& file) {
  if (!file.empty()) {
    settings.read_file(file, [](std::string_view key) {
      std::string name = our_name(key);
      std::ranges::replace(name, '-', '_');
      return name;
    });
  }
}

} // namespace brainmvp::app
