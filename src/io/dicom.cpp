#include "io/dicom.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "io/bytes.h"
#include "io/input_file.h"

namespace brainmvp::io {
namespace {

constexpr std::size_t kPreamble = 132;
constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr std::uint32_t kFirstUnread = 0x00290000; // all that is wanted stands before
constexpr std::size_t kDeepest = 32;               // sequences within sequences
constexpr std::size_t kLongestValue = 256;         // bytes of a value that is wanted

std::string_view without_padding(std::string_view text) {
  constexpr std::string_view kPadding(" \0", 2);
  const std::size_t first = text.find_first_not_of(kPadding);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}

// Decimal strings ("0.5\0.5"); nothing where one is no finite number.
std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, "\\")) {
    std::string_view word = without_padding(part);
    word.remove_prefix(word.starts_with('+') ? 1 : 0);
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(number)) {
      return {};
    }
    numbers.push_back(number);
  }
  return numbers;
}

std::optional<double> number_of(std::string_view text) {
  const std::vector<double> numbers = numbers_of(text);
  return numbers.empty() ? std::nullopt : std::optional(numbers.front());
}

template <std::size_t Count>
std::optional<std::array<double, Count>> array_of(std::string_view text) {
  const std::vector<double> numbers = numbers_of(text);
  std::array<double, Count> out{};
  if (numbers.size() != Count) {
    return std::nullopt;
  }
  std::ranges::copy(numbers, out.begin());
  return out;
}

bool has_word(std::string_view text, std::string_view word) {
  const std::vector<std::string> words = split(text, "\\");
  return std::ranges::any_of(words, [&](const std::string& one) { return without_padding(one) == word; });
}

void take(DicomHeader& out, std::uint32_t tag, std::span<const std::byte> bytes) {
  const std::string_view text = as_text(bytes);
  const auto integer = [&] { return bytes.size() >= 2 ? FieldReader(bytes, std::endian::little).at<std::uint16_t>(0) : 0U; };
  switch (tag) {
  case 0x00080008: // ImageType
    out.adc_map = has_word(text, "ADC");
    break;
  case 0x00080060: // Modality
    out.magnetic_resonance = without_padding(text) == "MR";
    break;
  case 0x00180010: // ContrastBolusAgent: that there is one, not which
    out.contrast_agent = !without_padding(text).empty();
    break;
  case 0x00180020: // ScanningSequence
    out.spin_echo = has_word(text, "SE");
    out.gradient_echo = has_word(text, "GR");
    out.inversion_recovery = has_word(text, "IR");
    out.echo_planar = has_word(text, "EP");
    break;
  case 0x00180025: // AngioFlag
    out.angiography = without_padding(text) == "Y";
    break;
  case 0x00180080:
    out.repetition_ms = number_of(text);
    break;
  case 0x00180081:
    out.echo_ms = number_of(text);
    break;
  case 0x00180082:
    out.inversion_ms = number_of(text);
    break;
  case 0x00181314:
    out.flip_degrees = number_of(text);
    break;
  case 0x00189087: // DiffusionBValue, a double
    if (bytes.size() == 8) {
      const auto value = FieldReader(bytes, std::endian::little).at<double>(0);
      out.b_value = std::isfinite(value) ? std::optional(value) : std::nullopt;
    }
    break;
  case 0x0020000E: // SeriesInstanceUID
    out.series_key = text_key(without_padding(text));
    break;
  case 0x00200011:
    out.series_number = number_of(text);
    break;
  case 0x00200032:
    out.position_mm = array_of<3>(text);
    break;
  case 0x00200037:
    out.orientation = array_of<6>(text);
    break;
  case 0x00280008: {
    const double frames = number_of(text).value_or(1);
    out.frames = frames >= 1 && frames < 1e6 ? static_cast<std::size_t>(frames) : 1;
    break;
  }
  case 0x00280010:
    out.rows = integer();
    break;
  case 0x00280011:
    out.columns = integer();
    break;
  case 0x00280030:
    out.pixel_mm = array_of<2>(text);
    break;
  default:
    break;
  }
}

struct DataElement {
  std::uint32_t tag = 0;
  std::uint32_t length = 0;
  std::size_t value = 0; // offset
};

bool is_long_form(std::string_view vr) {
  constexpr std::array<std::string_view, 13> kLong{"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"};
  return std::ranges::find(kLong, vr) != kLong.end();
}

// The element at `at`; nothing where the bytes end within its head.
std::optional<DataElement> element_at(std::span<const std::byte> bytes, std::size_t at, bool explicit_vr,
                                      const std::string& name) {
  if (at > bytes.size() || bytes.size() - at < 12) { // a value of at least a few bytes follows every head that is wanted
    return std::nullopt;
  }
  const FieldReader reader(bytes.subspan(at, 12), std::endian::little);
  const std::uint32_t tag = (std::uint32_t{reader.at<std::uint16_t>(0)} << 16U) | reader.at<std::uint16_t>(2);
  if (!explicit_vr || tag >> 16U == 0xFFFE) {
    return DataElement{.tag = tag, .length = reader.at<std::uint32_t>(4), .value = at + 8};
  }
  const std::string_view vr = as_text(bytes.subspan(at + 4, 2));
  if (!std::ranges::all_of(vr, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    refuse_input(name, "a damaged DICOM header: no type of value at byte " + std::to_string(at + 4));
  }
  return is_long_form(vr) ? DataElement{.tag = tag, .length = reader.at<std::uint32_t>(8), .value = at + 12}
                          : DataElement{.tag = tag, .length = reader.at<std::uint16_t>(6), .value = at + 8};
}

enum class Syntax { kImplicit, kExplicit };

Syntax syntax_of(std::string_view uid, const std::string& name) {
  if (uid == "1.2.840.10008.1.2") {
    return Syntax::kImplicit;
  }
  if (uid == "1.2.840.10008.1.2.2") {
    refuse_input(name, "a DICOM header in big endian, which is not read");
  }
  if (uid == "1.2.840.10008.1.2.1.99") {
    refuse_input(name, "a deflated DICOM file, whose header is not read");
  }
  return Syntax::kExplicit; // compressed pixels come with explicit headers
}

// Whether the header was read to its end; false where `bytes` end first.
bool walk(std::span<const std::byte> bytes, const std::string& name, DicomHeader& out) {
  std::size_t at = kPreamble;
  std::size_t depth = 0;
  Syntax syntax = Syntax::kExplicit; // the group 0002 always is
  Syntax rest = Syntax::kExplicit;
  while (true) {
    if (syntax != rest && bytes.size() >= at + 2 &&
        FieldReader(bytes.subspan(at, 2), std::endian::little).at<std::uint16_t>(0) != 2) {
      syntax = rest;
    }
    const auto element = element_at(bytes, at, syntax == Syntax::kExplicit, name);
    if (!element) {
      return false;
    }
    if (depth == 0 && element->tag >= kFirstUnread) {
      return true;
    }
    if (element->tag == 0xFFFEE00D || element->tag == 0xFFFEE0DD) { // ends of an item and of a sequence
      depth -= depth > 0 ? 1 : 0;
      at = element->value;
      continue;
    }
    if (element->length == kUndefined) { // what is in it is passed over element by element
      if (++depth > kDeepest) {
        refuse_input(name, "a damaged DICOM header: sequences deeper than " + std::to_string(kDeepest));
      }
      at = element->value;
      continue;
    }
    if (element->length > bytes.size() - element->value) {
      return false;
    }
    const auto value = bytes.subspan(element->value, element->length);
    if (element->tag == 0x00020010) {
      rest = syntax_of(without_padding(as_text(value)), name);
    } else if (depth == 0 && value.size() <= kLongestValue) {
      take(out, element->tag, value);
    }
    at = element->value + element->length;
  }
}

} // namespace

bool is_dicom(std::span<const std::byte> front) { return front.size() >= kPreamble && as_text(front.subspan(128, 4)) == "DICM"; }

DicomHeader parse_dicom(std::span<const std::byte> front, const std::string& name) {
  if (!is_dicom(front)) {
    refuse_input(name, "no DICOM file: \"DICM\" is missing at byte 128");
  }
  DicomHeader out;
  (void)walk(front, name, out);
  return out;
}

DicomHeader read_dicom_header(const std::filesystem::path& path) {
  const InputFile input = find_input(path);
  DicomHeader out;
  for (const std::uint64_t bytes : {std::uint64_t{1} << 14U, std::uint64_t{1} << 18U, std::uint64_t{1} << 22U}) {
    const Buffer front = read_front(input, bytes);
    out = {};
    if (!is_dicom(front.bytes())) {
      refuse_input(input.name, "no DICOM file: \"DICM\" is missing at byte 128");
    }
    if (walk(front.bytes(), input.name, out) || front.size >= input.size) {
      break;
    }
  }
  return out;
}

} // namespace brainmvp::io
