#include "study/class_key.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace brainmvp::study {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlanks);
  return start == std::string_view::npos ? "" : std::string(text.substr(start, text.find_last_not_of(kBlanks) + 1 - start));
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
  constexpr std::array<std::string_view, 13> kMissing{"",        "-999",    "-9999",        "n/a",     "na",
                                                      "nan",     "null",    "pending",      "unknown", "not available",
                                                      "nos/nec", "missing", "indeterminate"};
  return std::ranges::find(kMissing, to_lower(plain)) != kMissing.end();
}

const std::vector<std::string>& usual_key_columns() {
  static const std::vector<std::string> names{"imagedataid", "imageid",   "participantid", "scandirid", "subid",   "subjectid",
                                              "ptid",        "patientid", "brats18id",     "brats21id", "subject", "patient",
                                              "caseid",      "case",      "studyid",       "study",     "id"};
  return names;
}

} // namespace brainmvp::study
