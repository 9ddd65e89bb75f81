#include "study/modality.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "io/config_file.h"
#include "io/image_file.h"
#include "io/text_file.h"
#include "study/embedded_texts.h"

namespace brainmvp::study {
namespace {

constexpr std::string_view kStandardTable = "modalities.toml";
constexpr std::size_t kLongestRun = 4; // words of the longest spelling

// "T1-Gd" -> "t1_gd".
std::string normal_form(std::string_view words) {
  std::string text = to_lower(words);
  std::ranges::replace_if(
      text, [](char c) { return kNameSeparators.find(c) != std::string_view::npos; }, '_');
  return text;
}

// Where each word of a stem begins.
std::vector<std::size_t> word_starts(std::string_view stem) {
  std::vector<std::size_t> starts;
  std::size_t at = stem.find_first_not_of(kNameSeparators);
  while (at != std::string_view::npos) {
    starts.push_back(at);
    at = stem.find_first_of(kNameSeparators, at);
    at = at == std::string_view::npos ? at : stem.find_first_not_of(kNameSeparators, at);
  }
  return starts;
}

} // namespace

std::optional<std::size_t> template_row(std::string_view canonical_name) {
  const auto* const found = std::ranges::find(kTemplateModalities, canonical_name);
  if (found == kTemplateModalities.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - kTemplateModalities.begin());
}

bool is_safe_modality(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && name != "label" &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

const ModalityTable& ModalityTable::standard() {
  static const ModalityTable table = [] {
    ModalityTable made;
    made.add(std::ranges::find(embedded_texts(), kStandardTable, &EmbeddedText::name)->text, kStandardTable);
    return made;
  }();
  return table;
}

ModalityTable ModalityTable::with_file(const std::filesystem::path& path) {
  ModalityTable table = standard();
  table.add(io::read_text_file(path, io::kLargestConfig, ExitCode::kUsage), path);
  return table;
}

void ModalityTable::add(std::string_view toml, const std::filesystem::path& source) {
  for (const io::ConfigEntry& entry : io::read_config_text(toml, source)) {
    const std::string where = source.string() + ": line " + std::to_string(entry.line) + ": ";
    if (entry.table == "modalities") {
      if (!is_safe_modality(entry.key)) {
        throw Error(ExitCode::kUsage,
                    where + "a canonical name has lower-case letters, digits and _ only, not '" + entry.key + "'");
      }
      add_word(entry.key, {FileRole::Kind::kModality, entry.key}, where);
      for (const std::string& word : entry.values) {
        add_word(word, {FileRole::Kind::kModality, entry.key}, where);
      }
    } else if (entry.table == "labels" && entry.key == "words") {
      for (const std::string& word : entry.values) {
        add_word(word, {FileRole::Kind::kLabel, normal_form(word)}, where);
      }
    } else if (entry.table == "skipped" && entry.values.size() == 1) {
      add_word(entry.key, {FileRole::Kind::kSkipped, entry.values.front()}, where);
    } else {
      throw Error(ExitCode::kUsage, where +
                                        "expected [modalities] name = [words], [labels] words = [words], or [skipped] word = "
                                        "\"reason\", found '" +
                                        entry.key + "' in [" + entry.table + "]");
    }
  }
}

void ModalityTable::add_word(std::string_view word, const Meaning& meaning, const std::string& where) {
  const std::string normal = normal_form(word);
  const std::size_t words = word_starts(normal).size();
  if (words == 0 || words > kLongestRun) {
    throw Error(ExitCode::kUsage,
                where + "'" + std::string(word) + "' has " + std::to_string(words) + " words; 1 to 4 are expected");
  }
  const auto [at, added] = meanings_.emplace(normal, meaning);
  if (!added && (at->second.kind != meaning.kind || at->second.name != meaning.name)) {
    throw Error(ExitCode::kUsage, where + "'" + std::string(word) + "' means " + at->second.name + " already");
  }
  if (!added || meaning.kind != FileRole::Kind::kModality) {
    return;
  }
  auto entry = std::ranges::find(entries_, meaning.name, &Entry::canonical);
  if (entry == entries_.end()) {
    entry = entries_.insert(entry, {meaning.name, {}});
  }
  entry->spellings.push_back(normal);
}

std::optional<std::string> ModalityTable::canonical(std::string_view word) const {
  const auto found = meanings_.find(normal_form(word));
  if (found == meanings_.end() || found->second.kind != FileRole::Kind::kModality) {
    return std::nullopt;
  }
  return found->second.name;
}

FileRole ModalityTable::role(const std::filesystem::path& file) const {
  const std::string stem = io::image_stem(file);
  const std::vector<std::size_t> starts = word_starts(stem);
  for (std::size_t words = std::min(kLongestRun, starts.size()); words > 0; --words) {
    const std::size_t start = starts[starts.size() - words];
    const auto found = meanings_.find(normal_form(std::string_view(stem).substr(start)));
    if (found == meanings_.end()) {
      continue;
    }
    FileRole role{.kind = found->second.kind, .name = found->second.name, .prefix = stem.substr(0, start)};
    role.prefix.erase(role.prefix.find_last_not_of(kNameSeparators) + 1);
    if (role.name == "t1" && to_lower(stem).find("_ce-") != std::string::npos) {
      role.name = "t1c";
    }
    return role;
  }
  return {.kind = FileRole::Kind::kUnknown, .name = {}, .prefix = stem};
}

std::optional<std::string> ModalityTable::of_file(const std::filesystem::path& file) const {
  FileRole found = role(file);
  return found.kind == FileRole::Kind::kModality ? std::optional(std::move(found.name)) : std::nullopt;
}

bool ModalityTable::names_label(const std::filesystem::path& file) const { return role(file).kind == FileRole::Kind::kLabel; }

} // namespace brainmvp::study
