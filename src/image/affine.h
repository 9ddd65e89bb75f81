// Maps from voxel indices to RAS+ millimetres.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace brainmvp::image {

using Size = std::array<std::size_t, 3>; // voxels along i, j, k
using Vector = std::array<double, 3>;

inline std::size_t voxel_count(const Size& size) { return size[0] * size[1] * size[2]; }

// x_mm = matrix * index + translation, in RAS+ mm; indices are voxel centres.
struct Affine {
  std::array<std::array<double, 3>, 3> matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  Vector translation{0, 0, 0};

  [[nodiscard]] Vector apply(const Vector& index) const;
  [[nodiscard]] double determinant() const;

  // Throws Error(kBadInput) when the matrix is singular or not finite.
  [[nodiscard]] Affine inverse() const;

  // (*this) after `first`: index -> apply(first.apply(index)).
  [[nodiscard]] Affine after(const Affine& first) const;

  // Lengths of the columns: mm between voxels along i, j, k.
  [[nodiscard]] Vector spacing_mm() const;

  // Whether the columns are orthogonal within `tolerance` (cosine of the angle).
  [[nodiscard]] bool orthogonal(double tolerance = 1e-3) const;

  bool operator==(const Affine&) const = default;
};

// The affine of a grid that begins at voxel `first` of one with this affine.
Affine affine_from(const Affine& affine, const Size& first);

// Axis codes such as "LPS": the anatomical direction in which each index grows.
std::string axis_codes(const Affine& affine);

// Largest distance in mm between where the two affines put the corners of a grid of `size`.
double corner_distance_mm(const Affine& a, const Affine& b, const Size& size);

} // namespace brainmvp::image
