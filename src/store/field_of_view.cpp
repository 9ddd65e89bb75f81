#include "store/field_of_view.h"

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

} // namespace brainmvp::store
