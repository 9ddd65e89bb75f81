#include "simulate/distance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace brainmvp::simulate {
namespace {

constexpr float kFar = 1e4F;

struct Neighbour {
  std::array<int, 3> step;
  float mm;
};

// The half of the 26 neighbours that a sweep in storage order has visited.
std::array<Neighbour, 13> visited_neighbours(double spacing_mm) {
  std::array<Neighbour, 13> neighbours{};
  std::size_t count = 0;
  for (int k = -1; k <= 0; ++k) {
    for (int j = -1; j <= 1; ++j) {
      for (int i = -1; i <= 1; ++i) {
        if (k < 0 || j < 0 || (j == 0 && i < 0)) {
          const double length = std::sqrt(i * i + j * j + k * k);
          neighbours[count++] = {.step = {i, j, k}, .mm = static_cast<float>(0.95 * length * spacing_mm)};
        }
      }
    }
  }
  return neighbours;
}

// Distances with a border of one far cell, so that no neighbour lies outside.
struct Padded {
  std::array<std::ptrdiff_t, 3> size; // without the border
  std::vector<float> values;

  [[nodiscard]] std::ptrdiff_t row_step() const { return size[0] + 2; }
  [[nodiscard]] std::ptrdiff_t slice_step() const { return (size[0] + 2) * (size[1] + 2); }
  [[nodiscard]] std::ptrdiff_t index(std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t k) const {
    return i + 1 + row_step() * (j + 1) + slice_step() * (k + 1);
  }
};

void sweep(const std::array<Neighbour, 13>& neighbours, int direction, Padded& distance) {
  std::array<std::ptrdiff_t, 13> offsets{};
  for (std::size_t n = 0; n < offsets.size(); ++n) {
    const auto& step = neighbours[n].step;
    offsets[n] = direction * (step[0] + distance.row_step() * step[1] + distance.slice_step() * step[2]);
  }
  const auto [ni, nj, nk] = distance.size;
  for (std::ptrdiff_t k = 0; k < nk; ++k) {
    for (std::ptrdiff_t j = 0; j < nj; ++j) {
      const bool forwards = direction > 0;
      float* here =
          distance.values.data() + (forwards ? distance.index(0, j, k) : distance.index(ni - 1, nj - 1 - j, nk - 1 - k));
      for (std::ptrdiff_t i = 0; i < ni; ++i, here += direction) {
        float best = *here;
        for (std::size_t n = 0; n < offsets.size() && best > 0; ++n) {
          best = std::min(best, here[offsets[n]] + neighbours[n].mm);
        }
        *here = best;
      }
    }
  }
}

} // namespace

Lattice signed_distance(const TissueVolume& head, bool (*wanted)(Tissue), double spacing_mm) {
  Lattice lattice(
      {.low_mm = head.affine.translation, .high_mm = position_of(head, head.size[0] - 1, head.size[1] - 1, head.size[2] - 1)},
      spacing_mm);
  lattice.fill([&](const Vector& p) {
    std::array<std::size_t, 3> index{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double at = std::round((p[axis] - head.affine.translation[axis]) / head.affine.matrix[axis][axis]);
      index[axis] = static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(head.size[axis] - 1)));
    }
    return wanted(tissue_at(head, head.index(index[0], index[1], index[2]))) ? 1.0 : 0.0;
  });
  Padded outside{.size = {}, .values = {}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    outside.size[axis] = static_cast<std::ptrdiff_t>(lattice.size()[axis]);
  }
  outside.values.assign(static_cast<std::size_t>(outside.slice_step() * (outside.size[2] + 2)), kFar);
  Padded inside = outside;
  const auto each = [&](auto&& body) {
    std::size_t at = 0;
    for (std::ptrdiff_t k = 0; k < outside.size[2]; ++k) {
      for (std::ptrdiff_t j = 0; j < outside.size[1]; ++j) {
        for (std::ptrdiff_t i = 0; i < outside.size[0]; ++i, ++at) {
          const auto padded = static_cast<std::size_t>(outside.index(i, j, k));
          body(lattice.values()[at], outside.values[padded], inside.values[padded]);
        }
      }
    }
  };
  each([](float mask, float& out, float& in) { (mask > 0 ? out : in) = 0; });
  const auto neighbours = visited_neighbours(spacing_mm);
  for (Padded* distance : {&outside, &inside}) {
    sweep(neighbours, 1, *distance);
    sweep(neighbours, -1, *distance);
  }
  each([](float& value, float out, float in) { value = out - in; });
  return lattice;
}

Vector slope_of(const Lattice& lattice, const Vector& mm) {
  Vector slope{};
  const double step = lattice.spacing_mm();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Vector low = mm;
    Vector high = mm;
    low[axis] -= step;
    high[axis] += step;
    slope[axis] = static_cast<double>(lattice.at(high) - lattice.at(low)) / (2 * step);
  }
  return slope;
}

} // namespace brainmvp::simulate
