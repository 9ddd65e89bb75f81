#include "image/orientation.h"

#include <algorithm>
#include <cmath>

#include "base/memory.h"
#include "image/reorder.h"

namespace brainmvp::image {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

// Orthogonal factor of the polar decomposition of the matrix with unit columns, by Newton's iteration (Higham 1986).
Matrix nearest_rotation(const Affine& affine) {
  Affine current;
  const Vector spacing = affine.spacing_mm();
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      current.matrix[row][column] = affine.matrix[row][column] / spacing[column];
    }
  }
  for (int iteration = 0; iteration < 50; ++iteration) {
    const Matrix inverse = current.inverse().matrix;
    double change = 0;
    for (std::size_t row = 0; row < 3; ++row) {
      for (std::size_t column = 0; column < 3; ++column) {
        const double next = 0.5 * (current.matrix[row][column] + inverse[column][row]);
        change = std::max(change, std::abs(next - current.matrix[row][column]));
        current.matrix[row][column] = next;
      }
    }
    if (change < 1e-14) {
      break;
    }
  }
  return current.matrix;
}

} // namespace

AxisOrder order_to_ras(const Affine& affine) {
  (void)affine.inverse(); // refuses what has no orientation
  const Matrix rotation = nearest_rotation(affine);
  std::array<std::size_t, 3> columns{0, 1, 2};
  const auto strength = [&rotation](std::size_t column) {
    return std::max({std::abs(rotation[0][column]), std::abs(rotation[1][column]), std::abs(rotation[2][column])});
  };
  std::ranges::stable_sort(columns, [&](std::size_t a, std::size_t b) { return strength(a) > strength(b); });

  AxisOrder order;
  std::array<bool, 3> taken{false, false, false};
  for (const std::size_t column : columns) {
    std::size_t best = 3;
    for (std::size_t row = 0; row < 3; ++row) {
      if (!taken[row] && (best == 3 || std::abs(rotation[row][column]) > std::abs(rotation[best][column]))) {
        best = row;
      }
    }
    taken[best] = true;
    order.source_axis[best] = column;
    order.flipped[best] = rotation[best][column] < 0;
  }
  return order;
}

Affine reordered_affine(const Affine& affine, const Size& size, const AxisOrder& order) {
  Affine out;
  Vector first{0, 0, 0}; // index in the source of the reordered volume's first voxel
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t source = order.source_axis[axis];
    for (std::size_t row = 0; row < 3; ++row) {
      const double step = affine.matrix[row][source];
      out.matrix[row][axis] = order.flipped[axis] ? 0.0 - step : step;
    }
    if (order.flipped[axis]) {
      first[source] = static_cast<double>(size[source] - 1);
    }
  }
  out.translation = affine.apply(first);
  return out;
}

Size reordered_size(const Size& size, const AxisOrder& order) {
  return {size[order.source_axis[0]], size[order.source_axis[1]], size[order.source_axis[2]]};
}

template <class T>
BasicVolume<T> to_ras(const BasicVolume<T>& volume) {
  const AxisOrder order = order_to_ras(volume.affine);
  BasicVolume<T> out;
  out.size = reordered_size(volume.size, order);
  out.affine = reordered_affine(volume.affine, volume.size, order);
  resize_large(out.data, volume.data.size());
  const T* from = volume.data.data();
  copy_reordered(
      reordering(volume.size, order, {.begin = {0, 0, 0}, .end = out.size}), [from](std::ptrdiff_t at) { return from[at]; },
      out.data.data());
  return out;
}

template BasicVolume<float> to_ras(const BasicVolume<float>&);
template BasicVolume<std::int32_t> to_ras(const BasicVolume<std::int32_t>&);
template BasicVolume<std::int16_t> to_ras(const BasicVolume<std::int16_t>&);
template BasicVolume<std::uint8_t> to_ras(const BasicVolume<std::uint8_t>&);

} // namespace brainmvp::image
