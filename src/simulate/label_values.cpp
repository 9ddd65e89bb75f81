#include "simulate/label_values.h"

#include <algorithm>
#include <array>

namespace brainmvp::simulate {
namespace {

constexpr int kMostValues = 16;

int tumour_label(Tissue tissue, int enhancing) {
  switch (tissue) {
  case Tissue::kNecrosis:
  case Tissue::kSolidTumour:
  case Tissue::kLowGradeCore:
  case Tissue::kMidlineGlioma:
    return 1;
  case Tissue::kOedema:
  case Tissue::kLowGradeRim:
    return 2;
  case Tissue::kEnhancingTumour:
  case Tissue::kMetastasis:
  case Tissue::kMeningioma:
  case Tissue::kSchwannoma:
    return enhancing;
  default:
    return 0;
  }
}

} // namespace

int brats2021_label(Tissue tissue) { return tumour_label(tissue, 4); }

int brats2023_label(Tissue tissue) { return tumour_label(tissue, 3); }

int any_lesion_label(Tissue tissue) { return is_lesion(tissue) ? 1 : 0; }

int crossmoda_label(Tissue tissue) { return tissue == Tissue::kSchwannoma ? 1 : tissue == Tissue::kCochlea ? 2 : 0; }

int mrbrains13_label(Tissue tissue) {
  switch (tissue) {
  case Tissue::kCortex:
  case Tissue::kHippocampus:
  case Tissue::kAmygdala:
    return 1;
  case Tissue::kCaudate:
  case Tissue::kPutamen:
  case Tissue::kPallidum:
  case Tissue::kThalamus:
    return 2;
  case Tissue::kWhiteMatter:
    return 3;
  case Tissue::kWhiteMatterLesion:
    return 4;
  case Tissue::kCsf:
  case Tissue::kArtery:
    return 5;
  case Tissue::kVentricle:
  case Tissue::kChoroidPlexus:
    return 6;
  case Tissue::kCerebellarCortex:
  case Tissue::kCerebellarWhiteMatter:
    return 7;
  case Tissue::kBrainstem:
  case Tissue::kVentralDiencephalon:
    return 8;
  default:
    return 0;
  }
}

int mrbrains13_test_label(Tissue tissue) {
  constexpr std::array<int, 9> kCoarse{0, 2, 2, 3, 3, 1, 1, 0, 0};
  return kCoarse[static_cast<std::size_t>(mrbrains13_label(tissue))];
}

image::LabelVolume label_map(const OctantVolume& person, LabelOf label_of) {
  std::array<int, kTissueCount> value{};
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    value[i] = label_of(static_cast<Tissue>(i));
  }
  image::LabelVolume map{.size = person.size, .affine = person.affine, .data = std::vector<std::int32_t>(person.voxels())};
  for (std::size_t n = 0; n < person.data.size(); ++n) {
    const std::uint8_t first = person.data[n][0];
    if (std::ranges::all_of(person.data[n], [first](std::uint8_t tissue) { return tissue == first; })) {
      map.data[n] = value[first];
      continue;
    }
    std::array<int, kMostValues> counts{};
    int best = 0;
    for (const std::uint8_t tissue : person.data[n]) {
      ++counts[static_cast<std::size_t>(value[tissue])];
    }
    for (int v = 1; v < kMostValues; ++v) {
      best =
          counts[static_cast<std::size_t>(v)] > 0 && counts[static_cast<std::size_t>(v)] >= counts[static_cast<std::size_t>(best)]
              ? v
              : best;
    }
    map.data[n] = best;
  }
  return map;
}

image::LabelVolume sample_nearest(const image::LabelVolume& map, const image::Grid& target, const image::Affine& place) {
  const image::Affine to_voxel = map.affine.inverse().after(place).after(target.affine);
  image::LabelVolume out{.size = target.size, .affine = target.affine, .data = {}};
  out.data.assign(out.voxels(), 0);
  const std::array<std::ptrdiff_t, 3> size{static_cast<std::ptrdiff_t>(map.size[0]), static_cast<std::ptrdiff_t>(map.size[1]),
                                           static_cast<std::ptrdiff_t>(map.size[2])};
  std::size_t n = 0;
  for (std::size_t k = 0; k < target.size[2]; ++k) {
    for (std::size_t j = 0; j < target.size[1]; ++j) {
      const Vector start = to_voxel.apply({0.0, static_cast<double>(j), static_cast<double>(k)});
      for (std::size_t i = 0; i < target.size[0]; ++i, ++n) {
        std::array<std::ptrdiff_t, 3> index{};
        bool inside = true;
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const double at = start[axis] + static_cast<double>(i) * to_voxel.matrix[axis][0] + 0.5;
          index[axis] = static_cast<std::ptrdiff_t>(at);
          inside = inside && at >= 0 && index[axis] < size[axis];
        }
        if (inside) {
          out.data[n] = map.data[static_cast<std::size_t>(index[0] + size[0] * (index[1] + size[1] * index[2]))];
        }
      }
    }
  }
  return out;
}

} // namespace brainmvp::simulate
