#include "settings/slot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/exact_number.h"
#include "base/text.h"

namespace brainmvp::settings {
namespace {

template <class T>
std::string expected(const Range& range) {
  const std::string what = std::is_floating_point_v<T> ? "a number" : "a whole number";
  const std::string low = range.lowest ? text_of_bound(*range.lowest) : "";
  if (range.lowest && range.highest) {
    return what + " from " + low + " to " + text_of_bound(*range.highest);
  }
  const std::string plain = what + (std::is_floating_point_v<T> ? ", finite, in decimal digits" : " in decimal digits");
  return !range.lowest ? plain : range.above ? what + " above " + low : what + " from " + low + " up";
}

template <class T>
[[noreturn]] void refuse(const ConfigValue& value, const Range& range) {
  throw Error(ExitCode::kUsage, "expected " + expected<T>(range) + ", found " + io::text_of(value));
}

template <class T>
std::optional<T> read_number(const ConfigValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return given_number<T>(*text);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    const bool fits =
        std::is_floating_point_v<T> || std::in_range<std::conditional_t<std::is_floating_point_v<T>, int, T>>(*whole);
    return fits ? std::optional(static_cast<T>(*whole)) : std::nullopt;
  }
  const auto* real = std::get_if<double>(&value);
  const bool taken = real != nullptr && std::is_floating_point_v<T> && (*real == 0 || std::isnormal(*real));
  return taken ? std::optional(static_cast<T>(*real)) : std::nullopt;
}

template <class T>
T number_of(const ConfigValue& value, const Range& range) {
  const std::optional<T> number = read_number<T>(value);
  const auto real = static_cast<double>(number.value_or(T{}));
  const bool low = range.lowest && (real < *range.lowest || (range.above && real == *range.lowest));
  if (!number || low || (range.highest && real > *range.highest)) {
    refuse<T>(value, range);
  }
  return *number;
}

} // namespace

std::string text_of_bound(double bound) {
  return bound == std::trunc(bound) ? std::to_string(static_cast<std::int64_t>(bound)) : shortest(bound);
}

void Slot::set(const ConfigValues& values, const Range& range) const {
  const auto count = static_cast<int>(values.size());
  const bool cube = count_.first == 1 && count_.second == 3 && count == 2;
  if (count < count_.first || count > count_.second || cube) {
    const std::string wanted = count_ == std::pair(1, 3) ? "one number, or three for i, j and k"
                               : count_.first == count_.second
                                   ? std::to_string(count_.first) + (count_.first == 1 ? " value" : " values")
                                   : "at least " + std::to_string(count_.first);
    throw Error(ExitCode::kUsage, "expected " + wanted + ", found " + std::to_string(count));
  }
  for (const ConfigValue& value : values) {
    const std::string text = io::text_of(value);
    if (!choices_.empty() && std::ranges::find(choices_, text) == choices_.end()) {
      const std::string nearest = nearest_name(text, choices_);
      throw Error(ExitCode::kUsage, "expected " + join(choices_, ", ") + ", found " + text +
                                        (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
    }
  }
  set_(values, range);
}

void Slot::assign(bool& target, const ConfigValues& values, const Range& /*range*/) {
  const std::string text = io::text_of(values.front());
  if (text != "true" && text != "false") {
    throw Error(ExitCode::kUsage, "expected true or false, found " + io::text_of(values.front()));
  }
  target = text == "true";
}

void Slot::assign(int& target, const ConfigValues& values, const Range& range) { target = number_of<int>(values.front(), range); }

void Slot::assign(std::int64_t& target, const ConfigValues& values, const Range& range) {
  target = number_of<std::int64_t>(values.front(), range);
}

void Slot::assign(std::uint64_t& target, const ConfigValues& values, const Range& range) {
  target = number_of<std::uint64_t>(values.front(), range);
}

void Slot::assign(double& target, const ConfigValues& values, const Range& range) {
  target = number_of<double>(values.front(), range);
}

void Slot::assign(std::string& target, const ConfigValues& values, const Range& /*range*/) {
  target = io::text_of(values.front());
}

void Slot::assign(std::vector<std::string>& target, const ConfigValues& values, const Range& /*range*/) {
  target = io::texts_of(values);
}

void Slot::assign(std::array<std::size_t, 3>& target, const ConfigValues& values, const Range& range) {
  for (std::size_t axis = 0; axis < target.size(); ++axis) {
    target[axis] = number_of<std::uint64_t>(values[values.size() == 1 ? 0 : axis], range);
  }
}

void Slot::assign(std::array<double, 2>& target, const ConfigValues& values, const Range& range) {
  target = {number_of<double>(values[0], range), number_of<double>(values[1], range)};
}

ConfigValues Slot::values_of(bool value) { return value ? ConfigValues{true} : ConfigValues{}; }

// TOML has no more than 63 bits.
ConfigValues Slot::values_of(std::uint64_t value) {
  return {std::in_range<std::int64_t>(value) ? ConfigValue(static_cast<std::int64_t>(value))
                                             : ConfigValue(std::to_string(value))};
}

ConfigValues Slot::values_of(const std::string& value) { return value.empty() ? ConfigValues{} : ConfigValues{value}; }

ConfigValues Slot::values_of(const std::array<std::size_t, 3>& values) {
  ConfigValues all;
  for (const std::size_t value : values) {
    all.push_back(values_of(std::uint64_t{value}).front());
  }
  return all;
}

void Slot::describe(const std::vector<std::string>* /*type*/) {
  kind_ = "TEXT";
  count_ = {1, std::numeric_limits<int>::max()};
  words_ = Words::kCommas;
}

void Slot::describe(const std::array<std::size_t, 3>* /*type*/) {
  kind_ = "UINT";
  count_ = {1, 3};
  words_ = Words::kSeveral;
}

void Slot::describe(const std::array<double, 2>* /*type*/) {
  kind_ = "FLOAT";
  count_ = {2, 2};
  words_ = Words::kSeveral;
}

} // namespace brainmvp::settings
