#include "simulate/acquisition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "simulate/deformation.h"
#include "simulate/normal_table.h"

namespace brainmvp::simulate {
image::Affine draw_misplacement(double turn_deg, double shift_mm, RandomStream& stream) {
  image::Affine place;
  std::array<double, 3> angle{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    angle[axis] = std::clamp(stream.normal(), -2.5, 2.5) * turn_deg * std::numbers::pi / 180;
    place.translation[axis] = std::clamp(stream.normal(), -2.5, 2.5) * shift_mm;
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    image::Affine turn;
    const std::size_t a = (axis + 1) % 3;
    const std::size_t b = (axis + 2) % 3;
    turn.matrix[a][a] = turn.matrix[b][b] = std::cos(angle[axis]);
    turn.matrix[a][b] = -std::sin(angle[axis]);
    turn.matrix[b][a] = std::sin(angle[axis]);
    place = place.after(turn);
  }
  return place;
}

Lattice draw_bias(const Extent& extent, double strength, RandomStream& stream) {
  struct Wave {
    Vector k;
    double phase, height;
  };
  std::vector<Wave> waves(6);
  for (Wave& wave : waves) {
    const double wave_mm = 180 + 180 * stream.uniform();
    Vector direction{stream.normal(), stream.normal(), stream.normal()};
    const double size = std::sqrt(direction[0] * direction[0] + direction[1] * direction[1] + direction[2] * direction[2]) + 1e-9;
    wave.k = {direction[0] * 2 * std::numbers::pi / (wave_mm * size), direction[1] * 2 * std::numbers::pi / (wave_mm * size),
              direction[2] * 2 * std::numbers::pi / (wave_mm * size)};
    wave.phase = 2 * std::numbers::pi * stream.uniform();
    wave.height = strength * stream.normal() / 2;
  }
  Lattice bias(extent, 8);
  bias.fill([&waves](const Vector& p) {
    double exponent = 0;
    for (const Wave& wave : waves) {
      exponent += wave.height * std::cos(wave.k[0] * p[0] + wave.k[1] * p[1] + wave.k[2] * p[2] + wave.phase);
    }
    return std::exp(exponent);
  });
  return bias;
}

void multiply(image::Volume& volume, const Lattice& factor, const image::Affine& place) {
  const image::Affine to_mm = place.after(volume.affine);
  const Vector column{to_mm.matrix[0][0], to_mm.matrix[1][0], to_mm.matrix[2][0]};
  constexpr std::size_t kStride = 8; // the factor is smooth: interpolated along rows that may run in any direction
  for (std::size_t k = 0; k < volume.size[2]; ++k) {
    for (std::size_t j = 0; j < volume.size[1]; ++j) {
      const Vector start = to_mm.apply({0, static_cast<double>(j), static_cast<double>(k)});
      const std::span<float> row = std::span(volume.data).subspan(volume.index(0, j, k), volume.size[0]);
      const auto at = [&](std::size_t i) {
        const auto n = static_cast<double>(i);
        return factor.at({start[0] + n * column[0], start[1] + n * column[1], start[2] + n * column[2]});
      };
      float left = at(0);
      for (std::size_t i = 0; i < row.size(); i += kStride) {
        const float right = at(i + kStride);
        for (std::size_t n = i; n < std::min(i + kStride, row.size()); ++n) {
          row[n] *= left + (right - left) * static_cast<float>(n - i) / static_cast<float>(kStride);
        }
        left = right;
      }
    }
  }
}

void add_rician_noise(std::span<float> values, float sigma, const RandomStream& stream) {
  FastNormal normal(stream);
  for (float& value : values) {
    const float real = value + sigma * normal();
    const float imaginary = sigma * normal();
    value = std::sqrt(real * real + imaginary * imaginary);
  }
}

} // namespace brainmvp::simulate
