#include "arrays.h"

namespace brainmvp::native {
namespace nb = nanobind;

nb::object matrix_of(const image::Affine& affine) {
  auto* values = new double[16];
  const nb::capsule owner(values, [](void* pointer) noexcept { delete[] static_cast<double*>(pointer); });
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      values[4 * row + column] = affine.matrix[row][column];
    }
    values[4 * row + 3] = affine.translation[row];
  }
  values[12] = values[13] = values[14] = 0;
  values[15] = 1;
  return nb::cast(nb::ndarray<nb::numpy, double, nb::ndim<2>>(values, {4, 4}, owner));
}

} // namespace brainmvp::native
