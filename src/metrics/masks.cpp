#include "metrics/masks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"

namespace brainmvp::metrics {
namespace {

struct Bounds {
  std::array<std::size_t, 3> begin{SIZE_MAX, SIZE_MAX, SIZE_MAX};
  std::array<std::size_t, 3> end{0, 0, 0};
};

Bounds union_bounds(const MaskPair& masks) {
  Bounds bounds;
  std::size_t at = 0;
  for (std::size_t k = 0; k < masks.size[2]; ++k) {
    for (std::size_t j = 0; j < masks.size[1]; ++j) {
      for (std::size_t i = 0; i < masks.size[0]; ++i, ++at) {
        if (masks.prediction[at] == 0 && masks.reference[at] == 0) {
          continue;
        }
        const std::array<std::size_t, 3> index{i, j, k};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          bounds.begin[axis] = std::min(bounds.begin[axis], index[axis]);
          bounds.end[axis] = std::max(bounds.end[axis], index[axis] + 1);
        }
      }
    }
  }
  return bounds;
}

std::vector<std::uint8_t> crop(const std::vector<std::uint8_t>& mask, const image::Size& size, const Bounds& bounds) {
  std::vector<std::uint8_t> part;
  for (std::size_t k = bounds.begin[2]; k < bounds.end[2]; ++k) {
    for (std::size_t j = bounds.begin[1]; j < bounds.end[1]; ++j) {
      const auto row = mask.begin() + static_cast<std::ptrdiff_t>(size[0] * (j + size[1] * k));
      part.insert(part.end(), row + static_cast<std::ptrdiff_t>(bounds.begin[0]),
                  row + static_cast<std::ptrdiff_t>(bounds.end[0]));
    }
  }
  return part;
}

} // namespace

void check_masks(const MaskPair& masks) {
  const std::size_t voxels = image::voxel_count(masks.size);
  if (masks.prediction.size() != voxels || masks.reference.size() != voxels) {
    throw Error(ExitCode::kInternal, "masks of " + std::to_string(masks.prediction.size()) + " and " +
                                         std::to_string(masks.reference.size()) + " voxels on a grid of " +
                                         std::to_string(voxels));
  }
  if (!std::ranges::all_of(masks.spacing_mm, [](double mm) { return mm > 0 && std::isfinite(mm); })) {
    throw Error(ExitCode::kInternal, "masks with a spacing that is not above 0 mm");
  }
}

MaskPair crop_to_union(const MaskPair& masks) {
  const Bounds bounds = union_bounds(masks);
  if (bounds.end[0] == 0) {
    return {.size = {0, 0, 0}, .spacing_mm = masks.spacing_mm, .prediction = {}, .reference = {}};
  }
  return {.size = {bounds.end[0] - bounds.begin[0], bounds.end[1] - bounds.begin[1], bounds.end[2] - bounds.begin[2]},
          .spacing_mm = masks.spacing_mm,
          .prediction = crop(masks.prediction, masks.size, bounds),
          .reference = crop(masks.reference, masks.size, bounds)};
}

double diagonal_mm(const image::Size& size, const image::Vector& spacing_mm) {
  double sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double extent_mm = static_cast<double>(size[axis]) * spacing_mm[axis];
    sum += extent_mm * extent_mm;
  }
  return std::sqrt(sum);
}

} // namespace brainmvp::metrics
