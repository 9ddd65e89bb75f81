#include "io/text_header.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::io {
namespace {

constexpr std::size_t kLongestHeader = 1U << 16;
constexpr std::size_t kLongestLine = 4096;
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string printable(text.substr(0, kLongest));
  std::ranges::replace_if(
      printable, [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e; }, '?');
  return "\"" + printable + "\"";
}

} // namespace

std::optional<std::vector<double>> numbers_in(std::string_view text) {
  std::vector<double> values;
  for (const std::string& word : split(text, " \t,")) {
    if (word.empty()) {
      continue;
    }
    double value = 0;
    const char* const start = word.data() + (word.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(start, word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size()) {
      return std::nullopt;
    }
    values.push_back(value);
  }
  return values;
}

TextHeader::TextHeader(std::string_view text, char separator, std::string_view last, std::string name) : name_(std::move(name)) {
  const std::string_view whole = text.substr(0, kLongestHeader);
  while (end_ < whole.size()) {
    const std::size_t stop = std::min(whole.find('\n', end_), whole.size());
    const std::string_view line = whole.substr(end_, stop - end_);
    if (line.size() > kLongestLine) {
      refuse("a line of its header has more than " + std::to_string(kLongestLine) + " bytes");
    }
    end_ = std::min(stop + 1, whole.size());
    if (trimmed(line).empty()) {
      return;
    }
    add_line(line, separator);
    if (!last.empty() && !fields_.empty() && fields_.back().first == last) {
      return;
    }
  }
  if (text.size() > kLongestHeader) {
    refuse("its header has no end within " + std::to_string(kLongestHeader) + " bytes");
  }
}

void TextHeader::add_line(std::string_view line, char separator) {
  const std::size_t middle = line.find(separator);
  if (middle == std::string_view::npos || line.starts_with('#') || line.substr(middle).starts_with(":=")) {
    return; // comments and free text
  }
  std::string field = to_lower(trimmed(line.substr(0, middle)));
  if (std::ranges::find(fields_, field, &std::pair<std::string, std::string>::first) == fields_.end()) {
    fields_.emplace_back(std::move(field), trimmed(line.substr(middle + 1)));
  }
}

std::optional<std::string> TextHeader::find(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, &std::pair<std::string, std::string>::first);
  return found == fields_.end() ? std::nullopt : std::optional(found->second);
}

const std::string& TextHeader::at(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, &std::pair<std::string, std::string>::first);
  if (found == fields_.end()) {
    refuse("its header has no field '" + std::string(name) + "'; it is damaged or cut off");
  }
  return found->second;
}

std::vector<double> TextHeader::numbers(std::string_view name) const {
  const std::string text = find(name).value_or("");
  const auto values = numbers_in(text);
  if (!values) {
    refuse("field '" + std::string(name) + "' is " + shown(text) + ", where numbers are needed");
  }
  return *values;
}

std::vector<std::int64_t> TextHeader::integers(std::string_view name, std::size_t count) const {
  std::vector<std::int64_t> values;
  constexpr double kMost = 1e15; // exact in a double
  for (const double value : numbers_in(at(name)).value_or(std::vector<double>{})) {
    values.push_back(std::abs(value) <= kMost && value == std::floor(value) ? static_cast<std::int64_t>(value) : -1);
  }
  if (values.size() != count) {
    refuse("field '" + std::string(name) + "' is " + shown(at(name)) + ", where " + std::to_string(count) +
           " whole numbers are needed");
  }
  return values;
}

void TextHeader::refuse(const std::string& reason) const { throw Error(ExitCode::kBadInput, name_ + ": " + reason); }

void warn_of_geometry(ImageHeader& image, bool oriented, std::size_t axes) {
  if (!oriented) {
    image.warnings.emplace_back("the header has no orientation, so left and right are unknown; axes to the left, posterior and "
                                "superior were taken");
  }
  if (axes < 3) {
    image.warnings.emplace_back("the image has two axes; it is read as one slice of 1 mm");
  }
}

void refuse_several_files(const TextHeader& header, const std::string& data_file, const std::string& extension) {
  if (data_file.starts_with("LIST") || data_file.find('%') != std::string::npos) {
    header.refuse("voxels spread over several files are not read; save the image as one ." + extension + " file");
  }
}

} // namespace brainmvp::io
