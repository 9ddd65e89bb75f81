// Configuration files: TOML tables of plain values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace brainmvp::io {

using ConfigValue = std::variant<bool, std::int64_t, double, std::string>;
using ConfigValues = std::vector<ConfigValue>; // one value, or a list

// One `key = value` of a table.
struct ConfigEntry {
  std::string table; // "" at the top; "a.b" of [a.b]
  std::string key;
  ConfigValues values;
  std::size_t line = 0;
};

// A value as a text, without the quotes of TOML.
std::string text_of(const ConfigValue& value);
std::vector<std::string> texts_of(const ConfigValues& values);

// Entries in file order. Throws Error(kUsage) with file, line and reason for anything that is not TOML of this form.
std::vector<ConfigEntry> read_config_file(const std::filesystem::path& path);

// The same of a text; `name` stands for the file in messages.
std::vector<ConfigEntry> read_config_text(std::string_view text, const std::filesystem::path& name);

// Numbers are compared as numbers, whether they stand as whole ones, as real ones or as texts; a single value equals a list that
// repeats it, as a crop's side does.
bool same_values(const ConfigValues& a, const ConfigValues& b);

// As the right-hand side of a TOML line: one value as it is, another number of them as a list.
std::string toml_text(const ConfigValues& values);

} // namespace brainmvp::io
