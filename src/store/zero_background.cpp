#include "store/zero_background.h"

#include <algorithm>
#include <cstddef>

namespace brainmvp::store {
namespace {

constexpr double kManyZero = 0.1;  // of all
constexpr double kManyBelow = 0.1; // of those that are not 0

} // namespace

bool zero_lies_between(std::span<const float> values, std::span<const std::uint8_t> inside) {
  std::size_t all = 0;
  std::size_t zero = 0;
  std::size_t below = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside.empty() || inside[i] != 0) {
      ++all;
      zero += values[i] == 0 ? 1U : 0U;
      below += values[i] < 0 ? 1U : 0U;
    }
  }
  return static_cast<double>(zero) > kManyZero * static_cast<double>(all) &&
         static_cast<double>(below) > kManyBelow * static_cast<double>(all - zero);
}

void make_zero_the_lowest(std::span<float> values) {
  if (!zero_lies_between(values)) {
    return;
  }
  const float lowest = std::ranges::min(values);
  for (float& value : values) {
    value = value == 0 ? 0.0F : value - lowest;
  }
}

} // namespace brainmvp::store
