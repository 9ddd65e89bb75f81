#include "store/field_of_view.h"

#include <algorithm>

namespace brainmvp::store {

std::vector<std::uint8_t> in_field_of_view(const image::Grid& grid, const image::Grid& field) {
  const image::Affine map = field.affine.inverse().after(grid.affine);
  std::vector<std::uint8_t> inside;
  inside.reserve(image::voxel_count(grid.size));
  for (std::size_t k = 0; k < grid.size[2]; ++k) {
    for (std::size_t j = 0; j < grid.size[1]; ++j) {
      for (std::size_t i = 0; i < grid.size[0]; ++i) {
        const image::Vector at = map.apply({static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)});
        bool within = true;
        for (std::size_t axis = 0; axis < 3; ++axis) {
          within = within && at[axis] >= -0.5 && at[axis] <= static_cast<double>(field.size[axis]) - 0.5;
        }
        inside.push_back(within ? 1 : 0);
      }
    }
  }
  return inside;
}

double covered_head(const image::Grid& ras) {
  constexpr image::Vector kHeadMm{150, 180, 150}; // ear to ear, front to back, vertex to skull base
  const image::Vector spacing = ras.affine.spacing_mm();
  double covered = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    covered *= std::min(static_cast<double>(ras.size[axis]) * spacing[axis], kHeadMm[axis]);
  }
  return covered;
}

} // namespace brainmvp::store
