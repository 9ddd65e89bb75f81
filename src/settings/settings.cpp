#include "settings/settings.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::settings {
namespace {

std::string key_of(const std::string& table, const std::string& name) { return table.empty() ? name : table + "." + name; }
std::string key_of(const Setting& setting) { return key_of(setting.table, setting.name); }

void set(const Setting& setting, const ConfigValues& values) {
  try {
    setting.slot.set(values, setting.range);
  } catch (const Error& error) {
    throw Error(error.code(), setting.option() + ": " + error.message());
  }
}

} // namespace

std::string option_named(const std::string& name) {
  std::string text = "--" + name;
  std::ranges::replace(text, '_', '-');
  return text;
}

std::string Setting::option() const { return option_named(name); }

void Settings::add(const std::string& table, std::vector<Setting> rows, const std::string& owner) {
  for (Setting& row : rows) {
    row.table = table;
    row.owner = owner;
    rows_.push_back(std::move(row));
  }
}

void Settings::give(const std::string& table, const std::string& name, const ConfigValues& values) {
  for (Setting& row : rows_) {
    if (row.table == table && row.name == name) {
      set(row, values);
      row.given = true;
    }
  }
}

bool Settings::excluded(const Setting& setting) const {
  return std::ranges::any_of(rows_, [&](const Setting& other) {
    return other.given && (other.excludes == setting.name || other.name == setting.excludes);
  });
}

void Settings::read_file(const std::filesystem::path& file, const std::function<std::string(std::string_view)>& known_name) {
  std::map<std::string, const Setting*> known;
  for (const Setting& row : rows_) {
    if (!row.help.empty()) {
      known.emplace(key_of(row), &row);
    }
  }
  std::vector<std::pair<const Setting*, io::ConfigEntry>> entries;
  for (const io::ConfigEntry& entry : io::read_config_file(file)) {
    const auto found = known.find(key_of(entry.table, known_name(entry.key)));
    const std::string where = file.string() + ": line " + std::to_string(entry.line) + ": ";
    if (found == known.end()) {
      std::vector<std::string> names;
      std::ranges::transform(known, std::back_inserter(names), [](const auto& row) { return row.first; });
      const std::string key = key_of(entry.table, entry.key);
      const std::string nearest = nearest_name(key_of(entry.table, known_name(entry.key)), names);
      throw Error(ExitCode::kUsage, where + "unknown key " + key +
                                        (nearest.empty() ? "; `--help` lists the options" : "; did you mean " + nearest + "?"));
    }
    if (!found->second->given && !excluded(*found->second)) {
      entries.emplace_back(found->second, entry);
    }
  }
  for (const auto& [row, entry] : entries) {
    const std::string where = file.string() + ": line " + std::to_string(entry.line);
    if (row->given) {
      throw Error(ExitCode::kUsage, where + ": " + key_of(*row) + " stands in this file by two names; keep one of them");
    }
    if (excluded(*row)) {
      throw Error(ExitCode::kUsage, where + ": " + key_of(*row) + " excludes another key of this file; keep one of them");
    }
    with_context(where, [&, setting = row, values = entry.values] { give(setting->table, setting->name, values); });
  }
}

void Settings::fill(const std::string& name, const ConfigValues& values) {
  std::vector<std::string> names;
  for (const Setting& row : rows_) {
    if (!row.help.empty()) {
      names.push_back(row.name);
    }
  }
  if (std::ranges::count(names, name) == 0) {
    throw Error(ExitCode::kUsage, unknown_name("setting", name, names));
  }
  for (Setting& row : rows_) {
    if (row.name == name && !row.given && !excluded(row)) {
      set(row, values);
      row.given = true;
    }
  }
}

void Settings::fill_recipe(const std::string& recipe) {
  for (const Setting& row : rows_) {
    const auto found = std::ranges::find(row.recipes, recipe, &std::pair<std::string, ConfigValues>::first);
    if (found != row.recipes.end() && !row.given && !excluded(row)) {
      set(row, found->second);
    }
  }
}

void Settings::keep_owner(const std::string& owner, const std::string& what) {
  const auto is_other = [&](const Setting& row) { return !row.owner.empty() && row.owner != owner; };
  for (const Setting& row : rows_) {
    const bool has_own = std::ranges::any_of(
        rows_, [&](const Setting& own) { return !is_other(own) && own.table == row.table && own.name == row.name; });
    if (is_other(row) && row.given && !has_own) {
      throw Error(ExitCode::kUsage, row.option() + " is a setting of " + row.owner + ", not of " + what + "; leave it out");
    }
  }
  std::erase_if(rows_, is_other);
}

std::string Settings::toml() const {
  std::map<std::string, std::string> tables;
  for (const Setting& row : rows_) {
    const ConfigValues values = row.slot.get();
    if (!row.help.empty() && !values.empty() && (row.given || !excluded(row))) {
      tables[row.table] += row.name + " = " + io::toml_text(values) + "\n";
    }
  }
  std::string text;
  for (const auto& [table, lines] : tables) {
    text += (text.empty() ? "" : "\n") + ("[" + table + "]\n") + lines;
  }
  return text;
}

} // namespace brainmvp::settings
