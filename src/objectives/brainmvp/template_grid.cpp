#include "objectives/brainmvp/template_grid.h"

#include <algorithm>

#include "study/modality.h"

namespace brainmvp::objectives {

std::vector<std::string> modalities_of(const store::Store& store, const std::vector<std::size_t>& positions) {
  std::vector<std::string> names;
  for (const std::string_view name : study::kMainModalities) {
    if (std::ranges::any_of(positions, [&](std::size_t position) {
          return std::ranges::count(store.studies()[position].modalities(), name) > 0;
        })) {
      names.emplace_back(name);
    }
  }
  return names;
}

image::Affine affine_of_templates(const store::Store& store, const std::vector<std::size_t>& positions, const image::Size& size) {
  image::Affine affine;
  for (const std::size_t position : positions) {
    const store::StoredStudy& study = store.studies()[position];
    image::Vector centre{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      centre[axis] = (static_cast<double>(study.size()[axis]) - 1) / 2;
    }
    centre = study.affine().apply(centre);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      affine.translation[axis] += centre[axis] / static_cast<double>(positions.size());
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    affine.matrix[axis][axis] = store.parameters().spacing_mm;
    affine.translation[axis] -= store.parameters().spacing_mm * (static_cast<double>(size[axis]) - 1) / 2;
  }
  return affine;
}

} // namespace brainmvp::objectives
