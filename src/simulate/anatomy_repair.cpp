#include "simulate/anatomy_repair.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "simulate/neighbours.h"

namespace brainmvp::simulate {
namespace {

constexpr double kFluidMm = 3;

// The most frequent healthy tissue of the neighbours; the voxel's own when there is none.
Tissue healthy_neighbour(const TissueVolume& head, std::size_t voxel) {
  std::array<int, kTissueCount> counts{};
  for_each_neighbour(head.size, voxel, [&](std::size_t next) {
    if (is_parenchyma(tissue_at(head, next))) {
      ++counts[head.data[next]];
    }
  });
  const auto most = std::ranges::max_element(counts);
  return *most > 0 ? static_cast<Tissue>(most - counts.begin()) : tissue_at(head, voxel);
}

} // namespace

void heal_lesions(TissueVolume& head) {
  std::vector<std::size_t> ill;
  for (std::size_t voxel = 0; voxel < head.data.size(); ++voxel) {
    if (is_lesion(tissue_at(head, voxel))) {
      ill.push_back(voxel);
    }
  }
  while (!ill.empty()) { // a layer a round, from the edge inwards
    std::vector<std::pair<std::size_t, Tissue>> healed;
    std::erase_if(ill, [&](std::size_t voxel) {
      const Tissue tissue = healthy_neighbour(head, voxel);
      if (is_lesion(tissue)) {
        return false;
      }
      healed.emplace_back(voxel, tissue);
      return true;
    });
    if (healed.empty()) { // a lesion that borders on no brain tissue
      for (const std::size_t voxel : ill) {
        healed.emplace_back(voxel, Tissue::kWhiteMatter);
      }
      ill.clear();
    }
    for (const auto& [voxel, tissue] : healed) {
      head.data[voxel] = static_cast<std::uint8_t>(tissue);
    }
  }
}

void surround_with_fluid(TissueVolume& head) {
  const image::Vector spacing = head.affine.spacing_mm();
  const int layers = std::max(1, static_cast<int>(std::lround(kFluidMm / *std::ranges::min_element(spacing))));
  std::vector<std::size_t> edge;
  for (std::size_t voxel = 0; voxel < head.data.size(); ++voxel) {
    if (is_parenchyma(tissue_at(head, voxel))) {
      edge.push_back(voxel);
    }
  }
  for (int layer = 0; layer < layers; ++layer) {
    std::vector<std::size_t> wetted;
    for (const std::size_t voxel : edge) {
      for_each_neighbour(head.size, voxel, [&](std::size_t next) {
        if (tissue_at(head, next) == Tissue::kAir) {
          head.data[next] = static_cast<std::uint8_t>(Tissue::kCsf);
          wetted.push_back(next);
        }
      });
    }
    edge = std::move(wetted);
  }
}

} // namespace brainmvp::simulate
