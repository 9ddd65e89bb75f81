// Arrays of Python and volumes of C++.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "image/volume.h"
#include "io/image_source.h"

namespace brainmvp::native {

// Any strides, read-only or not; numpy's or what speaks DLPack.
template <class T>
using Array = nanobind::ndarray<const T, nanobind::ndim<3>, nanobind::device::cpu>;
// Of any type.
using AnyArray = nanobind::ndarray<nanobind::ro, nanobind::ndim<3>, nanobind::device::cpu>;
using Matrix = nanobind::ndarray<const double, nanobind::shape<4, 4>, nanobind::device::cpu>;

inline image::Affine affine_of(const Matrix& matrix) {
  image::Affine affine;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      affine.matrix[row][column] = matrix(row, column);
    }
    affine.translation[row] = matrix(row, 3);
  }
  return affine;
}

// [4, 4] of doubles.
nanobind::object matrix_of(const image::Affine& affine);

// What lies in `array`, which must outlive it; nothing is copied. Throws Error(kUsage) for numbers that no file of images holds,
// and for voxels with gaps or in backward order.
io::ImageInMemory image_of(const AnyArray& array, const Matrix& affine, const std::string& name);

// A copy, i fastest.
template <class T>
std::vector<T> values_of(const Array<T>& array) {
  const auto view = array.view();
  std::vector<T> values(array.size());
  std::size_t at = 0;
  for (std::size_t k = 0; k < view.shape(2); ++k) {
    for (std::size_t j = 0; j < view.shape(1); ++j) {
      for (std::size_t i = 0; i < view.shape(0); ++i, ++at) {
        values[at] = view(i, j, k);
      }
    }
  }
  return values;
}

template <class T>
image::BasicVolume<T> volume_of(const Array<T>& array, const Matrix& affine) {
  return {.size = {array.shape(0), array.shape(1), array.shape(2)}, .affine = affine_of(affine), .data = values_of(array)};
}

// [H, W, D], i fastest, which takes over the volume's memory.
template <class T>
nanobind::object array_of(std::vector<T>&& values, const image::Size& size) {
  auto* kept = new std::vector<T>(std::move(values));
  const nanobind::capsule owner(kept, [](void* pointer) noexcept { delete static_cast<std::vector<T>*>(pointer); });
  const std::int64_t row = static_cast<std::int64_t>(size[0]);
  const std::int64_t plane = row * static_cast<std::int64_t>(size[1]);
  return nanobind::cast(nanobind::ndarray<nanobind::numpy, T, nanobind::ndim<3>>(kept->data(), {size[0], size[1], size[2]}, owner,
                                                                                 {1, row, plane}));
}

// (array, affine)
template <class T>
nanobind::tuple pair_of(image::BasicVolume<T>&& volume) {
  return nanobind::make_tuple(array_of(std::move(volume.data), volume.size), matrix_of(volume.affine));
}

} // namespace brainmvp::native
