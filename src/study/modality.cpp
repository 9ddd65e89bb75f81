#include "study/modality.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "io/config_file.h"
#include "io/image_file.h"
#include "io/text_file.h"
#include "study/embedded_texts.h"
#include "study/image_json.h"
#include "study/name_reading.h"

namespace brainmvp::study {
namespace {

constexpr std::string_view kStandardTable = "modalities.toml";

} // namespace

std::string normal_name(std::string_view words) {
  std::string text = to_lower(words);
  std::ranges::replace_if(
      text, [](char c) { return kNameSeparators.find(c) != std::string_view::npos; }, '_');
  return text;
}

std::optional<std::size_t> main_index(std::string_view canonical_name) {
  const auto* const found = std::ranges::find(kMainModalities, canonical_name);
  if (found == kMainModalities.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - kMainModalities.begin());
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
      for (const std::string& word : io::texts_of(entry.values)) {
        add_word(word, {FileRole::Kind::kModality, entry.key}, where);
      }
    } else if (entry.table == "labels" && entry.key == "words") {
      for (const std::string& word : io::texts_of(entry.values)) {
        add_word(word, {FileRole::Kind::kLabel, normal_name(word)}, where);
      }
    } else if (entry.table == "words") {
      for (const std::string& word : io::texts_of(entry.values)) {
        words_[entry.key].insert(to_lower(word));
      }
    } else if (entry.table == "skipped" && entry.values.size() == 1) {
      add_word(entry.key, {FileRole::Kind::kSkipped, io::text_of(entry.values.front())}, where);
    } else {
      throw Error(
          ExitCode::kUsage,
          where +
              "expected [modalities] name = [words], [labels] words = [words], [words] list = [words], or [skipped] word = "
              "\"reason\", found '" +
              entry.key + "' in [" + entry.table + "]");
    }
  }
}

void ModalityTable::add_word(std::string_view word, const Meaning& meaning, const std::string& where) {
  const std::string normal = normal_name(word);
  const auto words = normal.empty() ? 0 : static_cast<std::size_t>(1 + std::ranges::count(normal, '_'));
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
  const auto found = meanings_.find(normal_name(word));
  if (found == meanings_.end() || found->second.kind != FileRole::Kind::kModality) {
    return std::nullopt;
  }
  return found->second.name;
}

const ModalityTable::Meaning* ModalityTable::meaning(const std::string& words) const {
  const auto found = meanings_.find(words);
  return found == meanings_.end() ? nullptr : &found->second;
}

bool ModalityTable::is_word(std::string_view list, const std::string& word) const {
  const auto found = words_.find(list);
  return found != words_.end() && found->second.contains(word);
}

FileRole ModalityTable::role(const std::filesystem::path& file) const {
  FileRole role = read_name(*this, io::image_stem(file));
  if (const Pattern* pattern = deciding(file)) {
    role.kind = pattern->meaning.kind;
    role.name = pattern->meaning.name;
    role.remark.clear();
    return role;
  }
  settle_by_json(file, *this, role);
  return role;
}

std::optional<std::string> ModalityTable::of_file(const std::filesystem::path& file) const {
  FileRole found = role(file);
  return found.kind == FileRole::Kind::kModality ? std::optional(std::move(found.name)) : std::nullopt;
}

bool ModalityTable::names_label(const std::filesystem::path& file) const { return role(file).kind == FileRole::Kind::kLabel; }

} // namespace brainmvp::study
