#include "io/element.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/element_convert.h"

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

} // namespace

std::size_t element_size(Element element) { return kElements[static_cast<std::size_t>(element)].second; }

const char* element_name(Element element) { return kElements[static_cast<std::size_t>(element)].first; }

LabelFaults decode_labels(std::span<const std::byte> bytes, const Encoding& encoding, std::span<std::int32_t> out) {
  if (bytes.size() != out.size() * element_size(encoding.element)) {
    throw Error(ExitCode::kInternal, "decode: bytes do not fit the number of voxels");
  }
  return with_element(encoding.element, [&](auto sample) {
    using T = decltype(sample);
    return encoding.order == std::endian::native
               ? decode_labels_as<T, false>(bytes.data(), encoding.slope, encoding.intercept, out)
               : decode_labels_as<T, true>(bytes.data(), encoding.slope, encoding.intercept, out);
  });
}

} // namespace brainmvp::io
