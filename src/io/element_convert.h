// Stored numbers to single precision, one at a time, for loops over any part of an image; private to src/io.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/error.h"
#include "io/bytes.h"
#include "io/element.h"

namespace brainmvp::io {

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
  if constexpr (Swap) {
    value = swapped(value, true);
  }
  return value;
}

// The elements of a block of stored numbers; values that are not finite in single precision become 0.
template <class T, bool Swap, bool Scaled>
struct Converter {
  const std::byte* from;
  double slope;
  double intercept;

  static constexpr bool kAlwaysFinite = std::is_integral_v<T> && !Scaled;

  [[nodiscard]] float unchecked(std::ptrdiff_t at) const {
    const T stored = load<T, Swap>(from + at * static_cast<std::ptrdiff_t>(sizeof(T)));
    return Scaled ? static_cast<float>(slope * static_cast<double>(stored) + intercept) : static_cast<float>(stored);
  }
  [[nodiscard]] static bool finite(float value) { return std::abs(value) <= std::numeric_limits<float>::max(); }

  [[nodiscard]] float operator()(std::ptrdiff_t at) const {
    const float value = unchecked(at);
    return kAlwaysFinite || finite(value) ? value : 0.0F;
  }
  // Of the sign of the value: the stored number itself where that will do.
  [[nodiscard]] auto comparable(std::size_t at) const {
    if constexpr (kAlwaysFinite) {
      return load<T, Swap>(from + at * sizeof(T));
    } else {
      return (*this)(static_cast<std::ptrdiff_t>(at));
    }
  }
};

// Calls body with the converter of the elements from `from` on.
template <class Body>
auto with_converter(const Encoding& encoding, const std::byte* from, Body&& body) {
  const bool scaled = encoding.slope != 1 || encoding.intercept != 0;
  return with_element(encoding.element, [&](auto sample) {
    using T = decltype(sample);
    const auto call = [&]<bool Swap, bool Scaled>() {
      return body(Converter<T, Swap, Scaled>{from, encoding.slope, encoding.intercept});
    };
    if (encoding.order == std::endian::native) {
      return scaled ? call.template operator()<false, true>() : call.template operator()<false, false>();
    }
    return scaled ? call.template operator()<true, true>() : call.template operator()<true, false>();
  });
}

} // namespace brainmvp::io
