#include "study/patient_words.h"

#include <algorithm>
#include <array>
#include <regex>

#include "base/text.h"

namespace brainmvp::study {
namespace {

constexpr std::array<std::string_view, 43> kScanWords{
    "ax",       "axial", "tra",       "transversal", "sag",       "sagittal",   "cor",   "coronal", "3d",     "2d",   "fs",
    "fse",      "tse",   "se",        "gre",         "space",     "iso",        "reg",   "coreg",   "n4",     "bet",  "brain",
    "stripped", "raw",   "pre",       "native",      "lesion",    "lesions",    "tumor", "tumour",  "manual", "auto", "expert",
    "rater",    "final", "consensus", "whole",       "corrected", "registered", "image", "img",     "scan",   "mri"};

bool is_scan_word(const std::string& word) { return std::ranges::find(kScanWords, to_lower(word)) != kScanWords.end(); }

bool matches(std::string_view text, const std::regex& form) {
  constexpr std::size_t kLongest = 200; // the library's expressions recurse once a character
  return text.size() <= kLongest && std::regex_match(text.begin(), text.end(), form);
}

const std::regex& strong_visit() {
  static const std::regex form(
      "(ses|sess|session|visit|vis|tp|timepoint|time_point|time-point|week|month|followup|follow-up|fu|day)"
      "[-_]?[a-z]?[0-9]+([-_][0-9]+)?|baseline|bl|followup|follow-up|pre-?op|post-?op|"
      "(19|20)[0-9]{2}-?[0-9]{2}-?[0-9]{2}([-_T][0-9].*)?",
      std::regex::icase);
  return form;
}

const std::regex& weak_visit() {
  static const std::regex form("(study|exam|scan|mr|m|v|y|d|t|time|date|mr_d)[-_]?[0-9]+|[0-9]{1,3}", std::regex::icase);
  return form;
}

bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != std::string_view::npos; }

} // namespace

std::string patient_words(std::string_view prefix) {
  std::string text(prefix);
  for (;;) {
    const std::size_t at = text.find_last_of(kNameSeparators);
    if (!is_scan_word(text.substr(at == std::string::npos ? 0 : at + 1))) {
      return text;
    }
    text.resize(at == std::string::npos ? 0 : at);
  }
}

bool same_form(std::string_view a, std::string_view b) {
  const auto letters = [](std::string_view text) {
    std::string kept;
    for (const char c : to_lower(text)) {
      const char shown = c >= '0' && c <= '9' ? '#' : c;
      if (shown != '#' || kept.empty() || kept.back() != '#') {
        kept += shown;
      }
    }
    return kept;
  };
  const std::string form_a = letters(a);
  const std::string form_b = letters(b);
  const auto common = static_cast<std::size_t>(std::ranges::mismatch(form_a, form_b).in1 - form_a.begin());
  constexpr std::size_t kLeastCommon = 3;
  return form_a == form_b || common >= kLeastCommon;
}

bool starts_with_words(std::string_view name, std::string_view start) {
  return name.starts_with(start) &&
         (name.size() == start.size() || kNameSeparators.find(name[start.size()]) != std::string_view::npos);
}

bool is_visit(std::string_view name, bool weak) { return matches(name, strong_visit()) || (weak && matches(name, weak_visit())); }

std::string without_visit(const std::string& id) {
  static const std::regex long_number("(.*[0-9]{3,})[-_][0-9]");
  static const std::regex year(".*[-_](19|20)[0-9]{2}");
  for (std::size_t at = id.find_first_of(kNameSeparators, 1); at != std::string::npos;
       at = id.find_first_of(kNameSeparators, at + 1)) {
    const std::string start = id.substr(0, at);
    const std::string rest = id.substr(at + 1);
    const bool counted = rest.find_first_not_of("0123456789") == std::string::npos;
    if (is_visit(rest, false) || (!counted && has_digit(start) && is_visit(rest, true))) {
      return start;
    }
    if (is_visit(start, false) && !rest.empty()) {
      return rest;
    }
    if (counted && matches(id, long_number) && !matches(start, year)) {
      return start;
    }
  }
  return id;
}

std::optional<Split> split_of_folder(std::string_view name) {
  static const std::regex train("(train|training|tr)([-_]?(data|set|images))?|imagestr", std::regex::icase);
  static const std::regex validation("(val|valid|validation|dev)([-_]?(data|set|images))?|images(val|va)", std::regex::icase);
  static const std::regex test("(test|testing|ts)([-_]?(data|set|images))?|imagests", std::regex::icase);
  return matches(name, train)        ? std::optional(Split::kTraining)
         : matches(name, validation) ? std::optional(Split::kValidation)
         : matches(name, test)       ? std::optional(Split::kTest)
                                     : std::nullopt;
}

bool is_image_folder_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"anat", "dwi", "nifti", "nii", "images"};
  return std::ranges::find(kNames, to_lower(name)) != kNames.end();
}

bool is_container(std::string_view name) {
  static const std::regex form(
      "(data|dataset|images?|nifti|nii|raw|rawdata|derivatives|site|cent(er|re)|hospital|group|scanner|batch|"
      "cohort|part|fold|set|class|controls?|patients|subjects|hgg|lgg)[-_]?[0-9a-z]?",
      std::regex::icase);
  return split_of_folder(name).has_value() || matches(name, form);
}

} // namespace brainmvp::study
