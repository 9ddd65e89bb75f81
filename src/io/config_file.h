// Configuration files: TOML tables of plain values.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace brainmvp::io {

// One `key = value` of a table. A list has one text an element; numbers and booleans are texts as TOML writes them.
struct ConfigEntry {
  std::string table; // "" at the top
  std::string key;
  std::vector<std::string> values;
  std::size_t line = 0;
};

// Entries in file order. Throws Error(kUsage) with file, line and reason for anything that is not TOML of this form.
std::vector<ConfigEntry> read_config_file(const std::filesystem::path& path);

// The same of a text; `name` stands for the file in messages.
std::vector<ConfigEntry> read_config_text(std::string_view text, const std::filesystem::path& name);

// A text as a TOML basic string, quotes included.
std::string toml_string(const std::string& text);

} // namespace brainmvp::io
