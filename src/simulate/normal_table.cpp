#include "simulate/normal_table.h"

#include <cmath>
#include <numbers>

namespace brainmvp::simulate {
namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double normal_quantile(double probability) {
  double low = -10;
  double high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (normal_cdf(middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::array<float, 4096> make_quantiles() {
  std::array<double, 4096> exact{};
  double square = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    exact[i] = normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(exact.size()));
    square += exact[i] * exact[i];
  }
  const double gain = std::sqrt(static_cast<double>(exact.size()) / square);
  std::array<float, 4096> quantiles{};
  for (std::size_t i = 0; i < exact.size(); ++i) {
    quantiles[i] = static_cast<float>(gain * exact[i]);
  }
  return quantiles;
}

} // namespace

const std::array<float, 4096>& normal_quantiles() {
  static const std::array<float, 4096> quantiles = make_quantiles();
  return quantiles;
}

} // namespace brainmvp::simulate
