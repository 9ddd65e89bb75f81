// CLI11, with the numbers of this program: include this instead of <CLI/CLI.hpp>.
//
// CLI11 takes what strtod and strtoull take: nan and inf, 1e-9999 as 0, 010 as 8 and 99999999999999999999 as the largest number
// of 64 bits; and its bounds let nan through, because it is neither below nor above. The functions below come before CLI11's own,
// which are templates, so that no option, bound, configuration file or task sets such a number.
#pragma once

#include <optional>
#include <string>

#include "base/exact_number.h"

namespace CLI::detail {

template <class Number>
bool read_number(const std::string& text, Number& number) {
  const std::optional<Number> read = brainmvp::given_number<Number>(text);
  number = read.value_or(Number{});
  return read.has_value();
}

inline bool lexical_cast(const std::string& text, double& number) { return read_number(text, number); }
inline bool lexical_cast(const std::string& text, int& number) { return read_number(text, number); }
inline bool lexical_cast(const std::string& text, long& number) { return read_number(text, number); }
inline bool lexical_cast(const std::string& text, unsigned& number) { return read_number(text, number); }
inline bool lexical_cast(const std::string& text, unsigned long& number) { return read_number(text, number); }

} // namespace CLI::detail

#include <CLI/CLI.hpp>
