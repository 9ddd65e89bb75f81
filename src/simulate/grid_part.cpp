#include "simulate/grid_part.h"

#include <algorithm>
#include <cmath>

namespace brainmvp::simulate {

GridPart whole_of(const image::Grid& grid) { return {.low = {0, 0, 0}, .high = grid.size}; }

GridPart part_within(const image::Grid& grid, const image::Affine& place, const Extent& box) {
  const image::Affine to_voxel = place.after(grid.affine).inverse();
  Vector low{1e9, 1e9, 1e9};
  Vector high{-1e9, -1e9, -1e9};
  for (std::size_t corner = 0; corner < 8; ++corner) {
    const Vector at =
        to_voxel.apply({(corner & 1U) != 0 ? box.high_mm[0] : box.low_mm[0], (corner & 2U) != 0 ? box.high_mm[1] : box.low_mm[1],
                        (corner & 4U) != 0 ? box.high_mm[2] : box.low_mm[2]});
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], at[axis]);
      high[axis] = std::max(high[axis], at[axis]);
    }
  }
  GridPart part{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto last = static_cast<double>(grid.size[axis] - 1);
    part.low[axis] = static_cast<std::size_t>(std::clamp(std::floor(low[axis]), 0.0, last));
    part.high[axis] = static_cast<std::size_t>(std::clamp(std::ceil(high[axis]), 0.0, last)) + 1;
  }
  return part;
}

image::Grid grid_of_part(const image::Grid& grid, const GridPart& part) {
  image::Grid cut = grid;
  cut.affine.translation =
      grid.affine.apply({static_cast<double>(part.low[0]), static_cast<double>(part.low[1]), static_cast<double>(part.low[2])});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    cut.size[axis] = part.high[axis] - part.low[axis];
  }
  return cut;
}

image::Volume put_back(const image::Volume& cut, const image::Grid& grid, const GridPart& part) {
  image::Volume whole{.size = grid.size, .affine = grid.affine, .data = {}};
  whole.data.assign(whole.voxels(), 0.0F);
  for (std::size_t k = 0; k < cut.size[2]; ++k) {
    for (std::size_t j = 0; j < cut.size[1]; ++j) {
      std::copy_n(cut.data.data() + cut.index(0, j, k), cut.size[0],
                  whole.data.data() + whole.index(part.low[0], part.low[1] + j, part.low[2] + k));
    }
  }
  return whole;
}

} // namespace brainmvp::simulate
