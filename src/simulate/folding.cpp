#include "simulate/folding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr std::size_t kColumns = 192; // of longitude
constexpr std::size_t kRows = 97;     // of latitude, both poles included
constexpr std::size_t kWaves = 24;
constexpr std::size_t kSlowWaves = 8;

struct Wave {
  Vector k; // radians a unit of length
  double phase;
};

std::vector<Wave> draw_waves(std::size_t count, double wave_number, RandomStream& stream) {
  std::vector<Wave> waves(count);
  for (Wave& wave : waves) {
    const Vector direction{stream.normal(), stream.normal(), stream.normal()};
    const double scale = wave_number * (0.85 + 0.3 * stream.uniform()) / std::max(1e-9, length(direction));
    wave.k = {direction[0] * scale, direction[1] * scale, direction[2] * scale};
    wave.phase = 2 * std::numbers::pi * stream.uniform();
  }
  return waves;
}

// Value and length of the gradient along the sphere.
std::array<double, 2> evaluate(const std::vector<Wave>& waves, const Vector& u) {
  double sum = 0;
  Vector slope{0, 0, 0};
  for (const Wave& wave : waves) {
    const double angle = wave.k[0] * u[0] + wave.k[1] * u[1] + wave.k[2] * u[2] + wave.phase;
    sum += std::cos(angle);
    const double s = std::sin(angle);
    slope = {slope[0] - s * wave.k[0], slope[1] - s * wave.k[1], slope[2] - s * wave.k[2]};
  }
  const double radial = slope[0] * u[0] + slope[1] * u[1] + slope[2] * u[2];
  const Vector along{slope[0] - radial * u[0], slope[1] - radial * u[1], slope[2] - radial * u[2]};
  return {sum, length(along)};
}

Vector direction_of(std::size_t row, std::size_t column) {
  const double latitude = std::numbers::pi * (static_cast<double>(row) / (kRows - 1) - 0.5);
  const double longitude = 2 * std::numbers::pi * static_cast<double>(column) / kColumns;
  return {std::cos(latitude) * std::cos(longitude), std::sin(latitude), std::cos(latitude) * std::sin(longitude)};
}

} // namespace

Folding::Folding(double waves, RandomStream& stream) {
  const std::vector<Wave> fast = draw_waves(kWaves, waves, stream);
  const std::vector<Wave> slow = draw_waves(kSlowWaves, 0.35 * waves, stream);
  const double usual_slope = waves * std::sqrt(kWaves / 2.0);
  map_.resize(kRows * kColumns);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      const Vector u = direction_of(row, column);
      const auto [value, slope] = evaluate(fast, u);
      const double variety = evaluate(slow, u)[0] / std::sqrt(kSlowWaves / 2.0);
      map_[column + kColumns * row] = {.angle = static_cast<float>(value / std::hypot(slope, 0.35 * usual_slope)),
                                       .variety = static_cast<float>(std::clamp(variety, -1.0, 1.0))};
    }
  }
}

const Folding::Value& Folding::value(std::size_t row, std::size_t column) const {
  return map_[column % kColumns + kColumns * std::min(row, kRows - 1)];
}

Folding::Fold Folding::at(const Vector& direction) const {
  const double size = std::max(1e-9, length(direction));
  const double longitude = std::atan2(direction[2], direction[0]) / (2 * std::numbers::pi);
  const double x = (longitude < 0 ? longitude + 1 : longitude) * kColumns;
  const double y = (std::asin(std::clamp(direction[1] / size, -1.0, 1.0)) / std::numbers::pi + 0.5) * (kRows - 1);
  const auto column = static_cast<std::size_t>(x);
  const auto row = static_cast<std::size_t>(y);
  const double dx = x - static_cast<double>(column);
  const double dy = y - static_cast<double>(row);
  const auto mix = [&](auto part) {
    const double low = (1 - dx) * part(value(row, column)) + dx * part(value(row, column + 1));
    const double high = (1 - dx) * part(value(row + 1, column)) + dx * part(value(row + 1, column + 1));
    return (1 - dy) * low + dy * high;
  };
  return {.angle = std::abs(mix([](const Value& v) { return static_cast<double>(v.angle); })),
          .variety = mix([](const Value& v) { return static_cast<double>(v.variety); })};
}

} // namespace brainmvp::simulate
