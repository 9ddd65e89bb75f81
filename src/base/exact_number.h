// Numbers in texts that hold nothing else.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

namespace brainmvp {

// Decimal digits and nothing beside them, representable and finite.
template <class Number>
std::optional<Number> exact_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool exact = error == std::errc{} && stop == end && std::isfinite(static_cast<double>(number));
  return exact ? std::optional(number) : std::nullopt;
}

// The same as a user gives it: a + may stand in front, and what is too small for full precision is refused.
template <class Number>
std::optional<Number> given_number(std::string_view text) {
  const bool plus = text.starts_with('+') && !text.starts_with("+-");
  const std::optional<Number> number = exact_number<Number>(text.substr(plus ? 1 : 0));
  return number && (*number == 0 || std::isnormal(static_cast<double>(*number))) ? number : std::nullopt;
}

} // namespace brainmvp
