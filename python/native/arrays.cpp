#include "arrays.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/error.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace {

struct TypeOfNumbers {
  nb::dlpack::dtype type;
  io::Element element;
};

constexpr std::array<TypeOfNumbers, 10> kTypes{{{nb::dtype<std::int8_t>(), io::Element::kInt8},
                                                {nb::dtype<std::uint8_t>(), io::Element::kUint8},
                                                {nb::dtype<std::int16_t>(), io::Element::kInt16},
                                                {nb::dtype<std::uint16_t>(), io::Element::kUint16},
                                                {nb::dtype<std::int32_t>(), io::Element::kInt32},
                                                {nb::dtype<std::uint32_t>(), io::Element::kUint32},
                                                {nb::dtype<std::int64_t>(), io::Element::kInt64},
                                                {nb::dtype<std::uint64_t>(), io::Element::kUint64},
                                                {nb::dtype<float>(), io::Element::kFloat32},
                                                {nb::dtype<double>(), io::Element::kFloat64}}};

io::Element element_of(const AnyArray& array, const std::string& name) {
  const auto found = std::ranges::find_if(kTypes, [&](const TypeOfNumbers& one) { return one.type == array.dtype(); });
  if (found == kTypes.end()) {
    throw Error(ExitCode::kUsage, name + ": numbers of a type that no file of images holds");
  }
  return found->element;
}

// Of memory, the axis whose voxels lie side by side first.
std::array<std::size_t, 3> axes_of(const AnyArray& array, const std::string& name) {
  std::array<std::size_t, 3> axes{0, 1, 2};
  std::ranges::stable_sort(axes, {}, [&](std::size_t axis) { return array.stride(axis); });
  std::int64_t step = 1;
  for (const std::size_t axis : axes) {
    if (array.shape(axis) > 1 && array.stride(axis) != step) {
      throw Error(ExitCode::kUsage, name + ": its voxels have gaps or are in backward order; copy it first");
    }
    step *= static_cast<std::int64_t>(array.shape(axis));
  }
  return axes;
}

} // namespace

io::ImageInMemory image_of(const AnyArray& array, const Matrix& affine, const std::string& name) {
  return {.name = name,
          .size = {array.shape(0), array.shape(1), array.shape(2)},
          .affine = affine_of(affine),
          .element = element_of(array, name),
          .axes = axes_of(array, name),
          .voxels = {static_cast<const std::byte*>(array.data()), array.nbytes()}};
}

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
