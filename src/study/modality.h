// Names of modalities. The table is data: src/study/modalities.toml, compiled in; users add names with --modalities FILE.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace brainmvp::study {

// The eight modalities of multi-parametric pre-training (arXiv 2410.10604, section 4.1), in the order in which lists show them.
inline constexpr std::array<std::string_view, 8> kMainModalities{"flair", "t1", "t1c", "t2", "mra", "pd", "dwi", "adc"};

// What separates the words of a file's name.
inline constexpr std::string_view kNameSeparators = "-_. ";

inline constexpr std::size_t kLongestRun = 4; // words of the longest spelling

// "T1-Gd" -> "t1_gd".
std::string normal_name(std::string_view words);

// Place of a canonical name among them; nothing for others (t1_ir, swi, ...).
std::optional<std::size_t> main_index(std::string_view canonical_name);

// Whether `name` can be that of a modality: lower-case letters, digits and _, since it names files; and no label's.
bool is_safe_modality(std::string_view name);

// What the last words of a file's name say that the file is.
struct FileRole {
  enum class Kind { kModality, kLabel, kSkipped, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string name;        // kModality: canonical name; kLabel: the word; kSkipped: the reason
  std::string prefix;      // the stem before those words, without separators at its end ("BraTS-GLI-00001-000")
  std::string suffix = {}; // words after those that may name a patient ("001" of "T1_001")
  std::string remark = {}; // what was assumed where the name has several readings; empty where it has one
};

// Spellings of each canonical modality, label words, and words of derived files that are skipped. Lookups ignore case and
// take "-", "_", "." and blanks for the same.
class ModalityTable {
public:
  // The table that is compiled in.
  static const ModalityTable& standard();

  // The standard table with the entries of a TOML file added. Throws Error(kUsage) for a bad file.
  static ModalityTable with_file(const std::filesystem::path& path);

  // Canonical name of one word or some words ("T1Gd" -> "t1c"); nothing when unknown.
  [[nodiscard]] std::optional<std::string> canonical(std::string_view word) const;

  // What a file is: by the patterns, else by its name (name_reading.h), else by the JSON beside it (image_json.h).
  [[nodiscard]] FileRole role(const std::filesystem::path& file) const;

  // Canonical name from the last words of a file's stem ("BraTS-GLI-00001-000-t1n" -> "t1").
  [[nodiscard]] std::optional<std::string> of_file(const std::filesystem::path& file) const;

  // Whether the last word (or words, as tumor_segmentation) of a file's stem names a label map.
  [[nodiscard]] bool names_label(const std::filesystem::path& file) const;

  // "t1=*mprage*": files whose name or path fits the glob are this modality, a `label`, or left out (`skip`), whatever their
  // names say. Throws Error(kUsage).
  void add_pattern(std::string_view text);

  // The first pattern that decides about a file, "" when none does. Throws Error(kUsage) when two disagree.
  [[nodiscard]] std::string pattern_of(const std::filesystem::path& file) const;

  // A word that names label maps, whatever it means otherwise. Throws Error(kUsage) for a modality.
  void add_label_word(std::string_view word);

  struct Meaning {
    FileRole::Kind kind;
    std::string name;
  };
  // Of words in lower case, joined by "_"; null when they have none.
  [[nodiscard]] const Meaning* meaning(const std::string& words) const;

  // Whether a word is in a list of [words] ("scan", "contrast", ...).
  [[nodiscard]] bool is_word(std::string_view list, const std::string& word) const;

  struct Entry {
    std::string canonical;
    std::vector<std::string> spellings; // lower case, words joined by "_"
  };
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

private:
  struct Pattern {
    std::string text;
    Meaning meaning;
    std::string glob;
  };
  Meaning pattern_meaning(const std::string& name);
  [[nodiscard]] const Pattern* deciding(const std::filesystem::path& file) const;
  void add(std::string_view toml, const std::filesystem::path& source);
  void add_word(std::string_view word, const Meaning& meaning, const std::string& where);

  std::vector<Entry> entries_;
  std::map<std::string, Meaning, std::less<>> meanings_;
  std::map<std::string, std::set<std::string>, std::less<>> words_;
  std::vector<Pattern> patterns_;
};

} // namespace brainmvp::study
