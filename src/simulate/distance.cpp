#include "simulate/distance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

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

void sweep(const image::Size& size, const std::array<Neighbour, 13>& neighbours, int direction, std::vector<float>& distance) {
  const std::array<std::ptrdiff_t, 3> extent{static_cast<std::ptrdiff_t>(size[0]), static_cast<std::ptrdiff_t>(size[1]),
                                             static_cast<std::ptrdiff_t>(size[2])};
  const std::ptrdiff_t voxels = extent[0] * extent[1] * extent[2];
  for (std::ptrdiff_t n = 0; n < voxels; ++n) {
    const std::ptrdiff_t at = direction > 0 ? n : voxels - 1 - n;
    const std::array<std::ptrdiff_t, 3> index{at % extent[0], at / extent[0] % extent[1], at / (extent[0] * extent[1])};
    float best = distance[static_cast<std::size_t>(at)];
    for (const Neighbour& neighbour : neighbours) {
      std::ptrdiff_t other = 0;
      std::ptrdiff_t stride = 1;
      bool inside = true;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::ptrdiff_t moved = index[axis] + direction * neighbour.step[axis];
        inside = inside && moved >= 0 && moved < extent[axis];
        other += stride * moved;
        stride *= extent[axis];
      }
      best = inside ? std::min(best, distance[static_cast<std::size_t>(other)] + neighbour.mm) : best;
    }
    distance[static_cast<std::size_t>(at)] = best;
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
  const std::vector<float> mask(lattice.values().begin(), lattice.values().end());
  std::vector<float> outside(mask.size());
  std::vector<float> inside(mask.size());
  for (std::size_t i = 0; i < mask.size(); ++i) {
    outside[i] = mask[i] > 0 ? 0 : kFar;
    inside[i] = mask[i] > 0 ? kFar : 0;
  }
  const auto neighbours = visited_neighbours(spacing_mm);
  for (std::vector<float>* distance : {&outside, &inside}) {
    sweep(lattice.size(), neighbours, 1, *distance);
    sweep(lattice.size(), neighbours, -1, *distance);
  }
  for (std::size_t i = 0; i < mask.size(); ++i) {
    lattice.values()[i] = outside[i] - inside[i];
  }
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
