#include "study/class_key.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace brainmvp::study {
namespace {

// Blanks of ASCII, no-break and zero-width ones, and byte order marks.
constexpr std::array<std::string_view, 10> kBlanks{
    " ", "\t", "\r", "\n", "\xc2\xa0", "\xe2\x80\x87", "\xe2\x80\xaf", "\xe2\x80\x8b", "\xe3\x80\x80", "\xef\xbb\xbf"};

std::string trimmed(std::string_view text) {
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        more = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        more = true;
      }
    }
  }
  return std::string(text);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

} // namespace

std::string trimmed_lower(std::string_view text) { return to_lower(trimmed(text)); }

std::string loose_key(std::string_view id) {
  std::string text = trimmed_lower(id);
  if (text.starts_with("sub-")) {
    text.erase(0, 4);
  }
  if (text.starts_with('i') && is_number(std::string_view(text).substr(1))) {
    text.erase(0, 1);
  }
  std::string key;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool number_starts = is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1]));
    while (number_starts && text[i] == '0' && i + 1 < text.size() && is_digit(text[i + 1])) {
      ++i;
    }
    key += text[i];
  }
  return key;
}

std::string column_form(std::string_view name) {
  std::string form = to_lower(name);
  std::erase_if(form, [](char c) { return !is_digit(c) && (c < 'a' || c > 'z'); });
  return form;
}

std::string plain_value(std::string_view cell) {
  const std::string text = trimmed(cell);
  const std::size_t point = text.find('.');
  const bool whole = point != std::string::npos && text.find_first_not_of('0', point + 1) == std::string::npos;
  const std::string_view number = std::string_view(text).substr(0, point);
  return whole && is_number(number.substr(number.starts_with('-') ? 1 : 0)) ? std::string(number) : text;
}

bool is_missing_value(std::string_view plain) {
  constexpr std::array<std::string_view, 27> kMissing{
      "-999",    "-9999", "n/a",  "#n/a",    "<na>",    "na",      "n.a.",      "nan",           "null",
      "#null!",  "none",  "nil",  "pending", "unknown", "unk",     "undefined", "not available", "not applicable",
      "nos/nec", "n.d.",  "n.k.", "missing", "tbd",     "#value!", "#ref!",     "#div/0!",       "indeterminate"};
  const bool only_marks = plain.find_first_not_of("-?._*/ ") == std::string_view::npos; // "", "-", "?", "."
  const bool dashes = plain == "\xe2\x80\x93" || plain == "\xe2\x80\x94";
  return only_marks || dashes || std::ranges::find(kMissing, to_lower(plain)) != kMissing.end();
}

const std::vector<std::string>& usual_key_columns() {
  static const std::vector<std::string> names{"imagedataid", "imageid",   "participantid", "scandirid", "subid",   "subjectid",
                                              "ptid",        "patientid", "brats18id",     "brats21id", "subject", "patient",
                                              "caseid",      "case",      "studyid",       "study",     "id"};
  return names;
}

} // namespace brainmvp::study
