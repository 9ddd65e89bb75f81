#include "image/affine.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "image/orientation.h"

namespace brainmvp::image {

Vector Affine::apply(const Vector& index) const {
  Vector out = translation;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      out[row] += matrix[row][column] * index[column];
    }
  }
  return out;
}

double Affine::determinant() const {
  const auto& m = matrix;
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

Affine Affine::inverse() const {
  const Vector spacing = spacing_mm();
  const double volume = spacing[0] * spacing[1] * spacing[2];
  const double det = determinant();
  const bool finite = std::ranges::all_of(translation, [](double value) { return std::isfinite(value); });
  if (!std::isfinite(det) || !finite || !(std::abs(det) > 1e-9 * volume)) {
    throw Error(ExitCode::kBadInput,
                "the affine is singular or not finite, so voxels have no place in space; repair the header's orientation");
  }
  Affine out;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      // Cofactor of the transposed element, with cyclic indices so that the sign comes right.
      const std::size_t a = (column + 1) % 3;
      const std::size_t b = (column + 2) % 3;
      const std::size_t c = (row + 1) % 3;
      const std::size_t d = (row + 2) % 3;
      out.matrix[row][column] = (matrix[a][c] * matrix[b][d] - matrix[a][d] * matrix[b][c]) / det;
    }
  }
  out.translation = {0, 0, 0};
  const Vector moved = out.apply(translation);
  out.translation = {-moved[0], -moved[1], -moved[2]};
  return out;
}

Affine Affine::after(const Affine& first) const {
  Affine out;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      out.matrix[row][column] = 0;
      for (std::size_t inner = 0; inner < 3; ++inner) {
        out.matrix[row][column] += matrix[row][inner] * first.matrix[inner][column];
      }
    }
  }
  out.translation = apply(first.translation);
  return out;
}

Vector Affine::spacing_mm() const {
  Vector spacing{};
  for (std::size_t column = 0; column < 3; ++column) {
    spacing[column] = std::hypot(matrix[0][column], matrix[1][column], matrix[2][column]);
  }
  return spacing;
}

bool Affine::orthogonal(double tolerance) const {
  const Vector spacing = spacing_mm();
  for (std::size_t a = 0; a < 3; ++a) {
    const std::size_t b = (a + 1) % 3;
    const double dot = matrix[0][a] * matrix[0][b] + matrix[1][a] * matrix[1][b] + matrix[2][a] * matrix[2][b];
    if (!(std::abs(dot) <= tolerance * spacing[a] * spacing[b])) {
      return false;
    }
  }
  return true;
}

Affine affine_from(const Affine& affine, const Size& first) {
  Affine out = affine;
  out.translation = affine.apply({static_cast<double>(first[0]), static_cast<double>(first[1]), static_cast<double>(first[2])});
  return out;
}

std::string axis_codes(const Affine& affine) {
  const AxisOrder order = order_to_ras(affine);
  std::string codes(3, ' ');
  for (std::size_t axis = 0; axis < 3; ++axis) {
    codes[order.source_axis[axis]] = order.flipped[axis] ? "LPI"[axis] : "RAS"[axis];
  }
  return codes;
}

double corner_distance_mm(const Affine& a, const Affine& b, const Size& size) {
  double largest = 0;
  for (unsigned corner = 0; corner < 8; ++corner) {
    Vector index{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const bool far_end = ((corner >> axis) & 1U) != 0 && size[axis] > 0;
      index[axis] = far_end ? static_cast<double>(size[axis] - 1) : 0;
    }
    const Vector pa = a.apply(index);
    const Vector pb = b.apply(index);
    largest = std::max(largest, std::hypot(pa[0] - pb[0], pa[1] - pb[1], pa[2] - pb[2]));
  }
  return largest;
}

} // namespace brainmvp::image
