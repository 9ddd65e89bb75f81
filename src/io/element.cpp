#include "io/element.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/bytes.h"

namespace brainmvp::io {
namespace {

constexpr std::array<std::pair<const char*, std::size_t>, 10> kElements{{
    {"int8", 1},
    {"uint8", 1},
    {"int16", 2},
    {"uint16", 2},
    {"int32", 4},
    {"uint32", 4},
    {"int64", 8},
    {"uint64", 8},
    {"float32", 4},
    {"float64", 8},
}};

constexpr double kLabelTolerance = 1e-3;
constexpr std::size_t kLabelExamples = 5;

// Calls body with a value of the C++ type of `element`.
template <class Body>
auto with_element(Element element, Body&& body) {
  switch (element) {
  case Element::kInt8:
    return body(std::int8_t{});
  case Element::kUint8:
    return body(std::uint8_t{});
  case Element::kInt16:
    return body(std::int16_t{});
  case Element::kUint16:
    return body(std::uint16_t{});
  case Element::kInt32:
    return body(std::int32_t{});
  case Element::kUint32:
    return body(std::uint32_t{});
  case Element::kInt64:
    return body(std::int64_t{});
  case Element::kUint64:
    return body(std::uint64_t{});
  case Element::kFloat32:
    return body(float{});
  case Element::kFloat64:
    return body(double{});
  }
  throw Error(ExitCode::kInternal, "unknown number type");
}

template <class T, bool Swap>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return swapped(value, Swap);
}

template <class T, bool Swap>
std::size_t decode_as(const std::byte* from, double slope, double intercept, std::span<float> out) {
  const bool scaled = slope != 1 || intercept != 0;
  std::size_t faults = 0;
  for (float& to : out) {
    const T stored = load<T, Swap>(from);
    from += sizeof(T);
    const float value = scaled ? static_cast<float>(slope * static_cast<double>(stored) + intercept) : static_cast<float>(stored);
    const bool finite = std::abs(value) <= std::numeric_limits<float>::max();
    faults += finite ? 0 : 1;
    to = finite ? value : 0.0F;
  }
  return faults;
}

template <class T, bool Swap>
LabelFaults decode_labels_as(const std::byte* from, double slope, double intercept, std::span<std::int32_t> out) {
  LabelFaults faults;
  std::set<double> examples;
  for (std::int32_t& to : out) {
    const double value = slope * static_cast<double>(load<T, Swap>(from)) + intercept;
    from += sizeof(T);
    const double rounded = std::nearbyint(value);
    const bool label =
        std::abs(value - rounded) <= kLabelTolerance && std::abs(rounded) <= std::numeric_limits<std::int32_t>::max();
    to = label ? static_cast<std::int32_t>(rounded) : 0;
    if (!label) {
      ++faults.count;
      if (examples.size() < kLabelExamples && !std::isnan(value) && examples.insert(value).second) {
        faults.examples += (examples.size() > 1 ? ", " : "") + shortest(value);
      }
    }
  }
  if (faults.count > 0 && examples.empty()) {
    faults.examples = "NaN";
  }
  return faults;
}

void check_length(std::span<const std::byte> bytes, const Encoding& encoding, std::size_t count) {
  if (bytes.size() != count * element_size(encoding.element)) {
    throw Error(ExitCode::kInternal, "decode: bytes do not fit the number of voxels");
  }
}

} // namespace

std::size_t element_size(Element element) { return kElements[static_cast<std::size_t>(element)].second; }

const char* element_name(Element element) { return kElements[static_cast<std::size_t>(element)].first; }

std::size_t decode(std::span<const std::byte> bytes, const Encoding& encoding, std::span<float> out) {
  check_length(bytes, encoding, out.size());
  return with_element(encoding.element, [&](auto sample) {
    using T = decltype(sample);
    return encoding.order == std::endian::native ? decode_as<T, false>(bytes.data(), encoding.slope, encoding.intercept, out)
                                                 : decode_as<T, true>(bytes.data(), encoding.slope, encoding.intercept, out);
  });
}

LabelFaults decode_labels(std::span<const std::byte> bytes, const Encoding& encoding, std::span<std::int32_t> out) {
  check_length(bytes, encoding, out.size());
  return with_element(encoding.element, [&](auto sample) {
    using T = decltype(sample);
    return encoding.order == std::endian::native
               ? decode_labels_as<T, false>(bytes.data(), encoding.slope, encoding.intercept, out)
               : decode_labels_as<T, true>(bytes.data(), encoding.slope, encoding.intercept, out);
  });
}

} // namespace brainmvp::io
