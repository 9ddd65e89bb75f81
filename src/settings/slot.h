// The variable that a setting fills, and what it takes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "io/config_file.h"

namespace brainmvp::settings {

using io::ConfigValue;
using io::ConfigValues;

// What is expected of numbers; a whole number has whole bounds.
struct Range {
  std::optional<double> lowest = {};
  std::optional<double> highest = {};
  bool above = false; // `lowest` itself is refused
};
std::string text_of_bound(double bound); // whole numbers in digits
constexpr Range at_least(double lowest) { return {.lowest = lowest, .highest = {}}; }
constexpr Range above(double bound) { return {.lowest = bound, .highest = {}, .above = true}; }
constexpr Range between(double lowest, double highest) { return {.lowest = lowest, .highest = highest}; }

// How the command line gives several values.
enum class Words {
  kOne,      // a single value
  kSeveral,  // as so many words: 64 64 32
  kCommas,   // as one word: t1,flair
  kRepeated, // one a time that the option is given
  kAny       // as words and with commas
};

class Slot {
public:
  // bool, numbers, std::string, optional ones, and vectors of texts. A size of three takes one number for all, a pair takes both.
  template <class T>
    requires(!std::is_same_v<std::remove_const_t<T>, Slot>)
  Slot(T& target) // NOLINT(google-explicit-constructor): a row names its member
      : set_([&target](const ConfigValues& values, const Range& range) { assign(target, values, range); }),
        get_([&target] { return values_of(target); }) {
    describe(static_cast<T*>(nullptr));
  }

  // An enum by the names of its values, in order.
  template <class E>
  Slot(E& target, const std::vector<std::string>& names)
      : kind_("TEXT"), set_([&target, names](const ConfigValues& values, const Range&) {
          std::string name;
          assign(name, values, {});
          target = static_cast<E>(std::ranges::find(names, name) - names.begin()); // of the choices, which are checked before
        }),
        get_([&target, names] { return ConfigValues{names.at(static_cast<std::size_t>(target))}; }), choices_(names) {}

  // Throws Error(kUsage) that says what was expected and what was found.
  void set(const ConfigValues& values, const Range& range) const;
  [[nodiscard]] ConfigValues get() const { return get_(); } // empty: nothing, so that the setting is left out of a file

  [[nodiscard]] const std::string& kind() const { return kind_; } // "FLAG", "INT", "UINT", "FLOAT" or "TEXT"
  [[nodiscard]] bool is_flag() const { return kind_ == "FLAG"; }
  [[nodiscard]] const std::vector<std::string>& choices() const { return choices_; }
  [[nodiscard]] std::pair<int, int> count() const { return count_; } // of values
  [[nodiscard]] Words words() const { return words_; }

  Slot& one_of(std::vector<std::string> choices) {
    choices_ = std::move(choices);
    return *this;
  }
  Slot& given_as(Words words) {
    words_ = words;
    return *this;
  }

private:
  static void assign(bool& target, const ConfigValues& values, const Range& range);
  static void assign(int& target, const ConfigValues& values, const Range& range);
  static void assign(std::int64_t& target, const ConfigValues& values, const Range& range);
  static void assign(std::uint64_t& target, const ConfigValues& values, const Range& range);
  static void assign(double& target, const ConfigValues& values, const Range& range);
  static void assign(std::string& target, const ConfigValues& values, const Range& range);
  static void assign(std::vector<std::string>& target, const ConfigValues& values, const Range& range);
  static void assign(std::array<std::size_t, 3>& target, const ConfigValues& values, const Range& range);
  static void assign(std::array<double, 2>& target, const ConfigValues& values, const Range& range);
  template <class T>
  static void assign(std::optional<T>& target, const ConfigValues& values, const Range& range) {
    T value{};
    assign(value, values, range);
    target = value;
  }

  static ConfigValues values_of(bool value);
  static ConfigValues values_of(int value) { return {std::int64_t{value}}; }
  static ConfigValues values_of(std::int64_t value) { return {value}; }
  static ConfigValues values_of(std::uint64_t value);
  static ConfigValues values_of(double value) { return {value}; }
  static ConfigValues values_of(const std::string& value);
  static ConfigValues values_of(const std::vector<std::string>& values) { return {values.begin(), values.end()}; }
  static ConfigValues values_of(const std::array<std::size_t, 3>& values);
  static ConfigValues values_of(const std::array<double, 2>& values) { return {values.begin(), values.end()}; }
  template <class T>
  static ConfigValues values_of(const std::optional<T>& value) {
    return value ? values_of(*value) : ConfigValues{};
  }

  template <class T>
  void describe(const std::optional<T>*) {
    describe(static_cast<T*>(nullptr));
  }
  void describe(const bool*) { kind_ = "FLAG"; }
  void describe(const int*) { kind_ = "INT"; }
  void describe(const std::int64_t*) { kind_ = "INT"; }
  void describe(const std::uint64_t*) { kind_ = "UINT"; }
  void describe(const double*) { kind_ = "FLOAT"; }
  void describe(const std::string*) { kind_ = "TEXT"; }
  void describe(const std::vector<std::string>*);
  void describe(const std::array<std::size_t, 3>*);
  void describe(const std::array<double, 2>*);

  std::string kind_;
  std::function<void(const ConfigValues&, const Range&)> set_;
  std::function<ConfigValues()> get_;
  std::vector<std::string> choices_;
  std::pair<int, int> count_{1, 1};
  Words words_ = Words::kOne;
};

} // namespace brainmvp::settings
