#include "simulate/brain_mask.h"

#include <array>
#include <vector>

#include "simulate/neighbours.h"

namespace brainmvp::simulate {
namespace {

constexpr int kMost = 4; // octants

// Dura and veins too: those at the edge are peeled off, and falx and inner veins leave no gap.
bool is_kept(Tissue tissue) { return is_brain(tissue) || tissue == Tissue::kDura || tissue == Tissue::kVein; }

bool is_never_peeled(Tissue tissue) { return is_parenchyma(tissue) || is_lesion(tissue); }

bool is_mostly(const Octants& octants, bool (*wanted)(Tissue)) {
  return is_uniform(octants) ? wanted(static_cast<Tissue>(octants[0])) : count_octants(octants, wanted) >= kMost;
}

void peel_layer(const OctantVolume& person, image::LabelVolume& mask) {
  const image::LabelVolume before = mask;
  const std::array<std::size_t, 3> strides{1, mask.size[0], mask.size[0] * mask.size[1]};
  std::size_t at = 0;
  for (std::size_t k = 0; k < mask.size[2]; ++k) {
    for (std::size_t j = 0; j < mask.size[1]; ++j) {
      for (std::size_t i = 0; i < mask.size[0]; ++i, ++at) {
        const std::array<std::size_t, 3> index{i, j, k};
        for (std::size_t axis = 0; axis < 3 && mask.data[at] != 0; ++axis) {
          const bool edge = index[axis] == 0 || index[axis] + 1 == mask.size[axis];
          if (edge || before.data[at - strides[axis]] == 0 || before.data[at + strides[axis]] == 0) {
            mask.data[at] = is_mostly(person.data[at], is_never_peeled) ? 1 : 0;
            break;
          }
        }
      }
    }
  }
}

// Everything that no path through faces of empty voxels joins to the volume's edge.
void fill_enclosed(image::LabelVolume& mask) {
  constexpr std::int32_t kOutside = -1;
  std::vector<std::size_t> waiting;
  const auto visit = [&](std::size_t voxel) {
    if (mask.data[voxel] == 0) {
      mask.data[voxel] = kOutside;
      waiting.push_back(voxel);
    }
  };
  const std::array<std::size_t, 3> strides{1, mask.size[0], mask.size[0] * mask.size[1]};
  for (std::size_t voxel = 0; voxel < mask.data.size(); ++voxel) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::size_t index = voxel / strides[axis] % mask.size[axis];
      if (index == 0 || index + 1 == mask.size[axis]) {
        visit(voxel);
      }
    }
  }
  while (!waiting.empty()) {
    const std::size_t voxel = waiting.back();
    waiting.pop_back();
    for_each_neighbour(mask.size, voxel, visit);
  }
  for (std::int32_t& value : mask.data) {
    value = value == kOutside ? 0 : 1;
  }
}

} // namespace

image::LabelVolume brain_mask(const OctantVolume& person, int peel) {
  image::LabelVolume mask{.size = person.size, .affine = person.affine, .data = std::vector<std::int32_t>(person.voxels())};
  for (std::size_t n = 0; n < person.data.size(); ++n) {
    mask.data[n] = is_mostly(person.data[n], is_kept) ? 1 : 0;
  }
  for (int layer = 0; layer < peel; ++layer) {
    peel_layer(person, mask);
  }
  fill_enclosed(mask);
  return mask;
}

} // namespace brainmvp::simulate
