// Names of modalities. The table is data: src/study/modalities.toml, compiled in; users add names with --modalities FILE.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brainmvp::study {

// The eight modalities that have templates, in the order of their template rows.
inline constexpr std::array<std::string_view, 8> kTemplateModalities{"flair", "t1", "t1c", "t2", "mra", "pd", "dwi", "adc"};

// What separates the words of a file's name.
inline constexpr std::string_view kNameSeparators = "-_. ";

// Row of a canonical name in the template bank; nothing for others (t1_ir, swi, ...).
std::optional<std::size_t> template_row(std::string_view canonical_name);

// Whether `name` can be that of a modality: lower-case letters, digits and _, since it names files; and no label's.
bool is_safe_modality(std::string_view name);

// What the last words of a file's name say that the file is.
struct FileRole {
  enum class Kind { kModality, kLabel, kSkipped, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string name;   // kModality: canonical name; kLabel: the word; kSkipped: the reason
  std::string prefix; // the stem before those words, without separators at its end ("BraTS-GLI-00001-000")
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

  // What a file is; the longest known run of words at the end of its stem decides. A BIDS contrast agent ("_ce-x_T1w")
  // makes t1 t1c.
  [[nodiscard]] FileRole role(const std::filesystem::path& file) const;

  // Canonical name from the last words of a file's stem ("BraTS-GLI-00001-000-t1n" -> "t1").
  [[nodiscard]] std::optional<std::string> of_file(const std::filesystem::path& file) const;

  // Whether the last word (or words, as tumor_segmentation) of a file's stem names a label map.
  [[nodiscard]] bool names_label(const std::filesystem::path& file) const;

  struct Entry {
    std::string canonical;
    std::vector<std::string> spellings; // lower case, words joined by "_"
  };
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

private:
  struct Meaning {
    FileRole::Kind kind;
    std::string name;
  };
  void add(std::string_view toml, const std::filesystem::path& source);
  void add_word(std::string_view word, const Meaning& meaning, const std::string& where);

  std::vector<Entry> entries_;
  std::map<std::string, Meaning, std::less<>> meanings_;
};

} // namespace brainmvp::study
