#include "io/config_file.h"

// toml++ asserts that a table's name begins with a letter, and refuses other beginnings only after that.
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

#include "base/error.h"
#include "base/exact_number.h"
#include "base/text.h"
#include "io/text_file.h"

namespace brainmvp::io {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const toml::source_region& where, const std::string& reason) {
  throw Error(ExitCode::kUsage, path.string() + ": line " + std::to_string(where.begin.line) + ": " + reason);
}

// A dotted key nests as deep as its line is long, and toml++ walks nested tables by recursion.
void check_lines(std::string_view text, const std::filesystem::path& path) {
  constexpr std::size_t kLongest = 4096;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > kLongest) {
      throw Error(ExitCode::kUsage, path.string() + ": line " + std::to_string(number) + ": has " + std::to_string(end) +
                                        " bytes, more than the " + std::to_string(kLongest) + " that a line may have");
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

ConfigValue value_of(const std::filesystem::path& path, const toml::node& node) {
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* whole = node.as_integer()) {
    return whole->get();
  }
  if (const auto* number = node.as_floating_point()) {
    return number->get();
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get();
  }
  refuse(path, node.source(), "expected a text, a number, true or false, or a list of these");
}

ConfigEntry entry_of(const std::filesystem::path& path, const std::string& table, const std::string& key,
                     const toml::node& node) {
  ConfigEntry entry{.table = table, .key = key, .values = {}, .line = node.source().begin.line};
  if (const auto* list = node.as_array()) {
    for (const toml::node& item : *list) {
      entry.values.push_back(value_of(path, item));
    }
  } else {
    entry.values.push_back(value_of(path, node));
  }
  return entry;
}

// Tables inside tables have both names, with a dot between them.
void add_entries(std::vector<ConfigEntry>& entries, const std::filesystem::path& path, const std::string& name,
                 const toml::table& table) {
  for (const auto& [key, node] : table) {
    if (const toml::table* inner = node.as_table()) {
      add_entries(entries, path, (name.empty() ? "" : name + ".") + std::string(key.str()), *inner);
    } else {
      entries.push_back(entry_of(path, name, std::string(key.str()), node));
    }
  }
}

std::string toml_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04X", static_cast<unsigned>(c));
      quoted += escape.data();
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string toml_text_of(const ConfigValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? text_of(value) : toml_string(*text);
}

} // namespace

std::string text_of(const ConfigValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    return *flag ? "true" : "false";
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    return std::to_string(*whole);
  }
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? shortest(*number) : std::get<std::string>(value);
}

std::vector<std::string> texts_of(const ConfigValues& values) {
  std::vector<std::string> texts;
  std::ranges::transform(values, std::back_inserter(texts), text_of);
  return texts;
}

bool same_values(const ConfigValues& a, const ConfigValues& b) {
  const auto same = [](const ConfigValue& left, const ConfigValue& right) {
    const auto number = exact_number<double>(text_of(left));
    return number ? number == exact_number<double>(text_of(right)) : text_of(left) == text_of(right);
  };
  const auto repeats = [&](const ConfigValues& list, const ConfigValues& one) {
    return one.size() == 1 && !list.empty() &&
           std::ranges::all_of(list, [&](const ConfigValue& value) { return same(value, one[0]); });
  };
  return std::ranges::equal(a, b, same) || repeats(a, b) || repeats(b, a);
}

std::string toml_text(const ConfigValues& values) {
  std::vector<std::string> texts;
  std::ranges::transform(values, std::back_inserter(texts), toml_text_of);
  return texts.size() == 1 ? texts.front() : "[" + join(texts, ", ") + "]";
}

std::vector<ConfigEntry> read_config_file(const std::filesystem::path& path) {
  return read_config_text(read_text_file(path, kLargestConfig, ExitCode::kUsage), path);
}

std::vector<ConfigEntry> read_config_text(std::string_view text, const std::filesystem::path& path) {
  check_lines(text, path);
  toml::table root;
  try {
    root = toml::parse(text, path.string());
  } catch (const toml::parse_error& error) {
    refuse(path, error.source(), std::string(error.description()));
  }
  std::vector<ConfigEntry> entries;
  add_entries(entries, path, "", root);
  std::ranges::stable_sort(entries, {}, &ConfigEntry::line);
  return entries;
}

} // namespace brainmvp::io
