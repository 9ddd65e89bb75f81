#include "io/dicom_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "io/bytes.h"

namespace brainmvp::io {
namespace {

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

// The first of binary doubles; nothing where there is none, or it is not finite.
std::optional<double> double_of(std::span<const std::byte> bytes) {
  const double value = bytes.size() >= 8 ? FieldReader(bytes, std::endian::little).at<double>(0) : std::nan("");
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

} // namespace

std::string_view without_padding(std::string_view text) {
  constexpr std::string_view kPadding(" \0", 2);
  const std::size_t first = text.find_first_not_of(kPadding);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}

void take_dicom_field(DicomHeader& out, std::uint32_t tag, std::span<const std::byte> bytes) {
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
  case 0x00189008: // EchoPulseSequence
    out.spin_echo = without_padding(text) == "SPIN" || without_padding(text) == "BOTH";
    out.gradient_echo = without_padding(text) == "GRADIENT" || without_padding(text) == "BOTH";
    break;
  case 0x00189009: // InversionRecovery
    out.inversion_recovery = without_padding(text) == "YES";
    break;
  case 0x00189018: // EchoPlanarPulseSequence
    out.echo_planar = without_padding(text) == "YES";
    break;
  case 0x00189079: // InversionTimes
    out.inversion_ms = double_of(bytes);
    break;
  case 0x00189082: // EffectiveEchoTime
    out.echo_ms = double_of(bytes);
    break;
  case kDiffusionBValue:
    out.b_value = std::max(out.b_value, double_of(bytes)); // nothing is less than any value
    break;
  case 0x0019100C: // b-value, of Siemens
    out.b_value = number_of(text);
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

} // namespace brainmvp::io
