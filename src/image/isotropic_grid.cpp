#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"
#include "image/resample.h"

namespace brainmvp::image {
namespace {

constexpr double kMaximumVoxels = 32768; // an axis; more is a header in other units

// The columns of `affine` made orthogonal in the order i, j, k and of length `spacing_mm`.
Affine orthogonal_directions(const Affine& affine, double spacing_mm) {
  Affine out = affine;
  for (std::size_t column = 0; column < 3; ++column) {
    for (std::size_t earlier = 0; earlier < column; ++earlier) {
      double dot = 0;
      for (std::size_t row = 0; row < 3; ++row) {
        dot += out.matrix[row][column] * out.matrix[row][earlier];
      }
      for (std::size_t row = 0; row < 3; ++row) {
        out.matrix[row][column] -= dot / (spacing_mm * spacing_mm) * out.matrix[row][earlier];
      }
    }
    const double length = out.spacing_mm()[column];
    for (std::size_t row = 0; row < 3; ++row) {
      out.matrix[row][column] *= spacing_mm / length;
    }
  }
  return out;
}

} // namespace

Grid isotropic_grid(const Grid& grid, double spacing_mm) {
  if (!(spacing_mm > 0) || grid.size[0] == 0 || grid.size[1] == 0 || grid.size[2] == 0) {
    throw Error(ExitCode::kInternal, "isotropic grid: needs a positive spacing and a grid that is not empty");
  }
  (void)grid.affine.inverse(); // refuses a grid without a place in space
  Grid out{.size = {}, .affine = orthogonal_directions(grid.affine, spacing_mm)};
  const Affine to_new = out.affine.inverse().after(grid.affine);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Vector low{kInfinity, kInfinity, kInfinity};
  Vector high{-kInfinity, -kInfinity, -kInfinity};
  for (unsigned corner = 0; corner < 8; ++corner) {
    Vector index{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      index[axis] = ((corner >> axis) & 1U) != 0 ? static_cast<double>(grid.size[axis] - 1) : 0;
    }
    const Vector at = to_new.apply(index);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], at[axis]);
      high[axis] = std::max(high[axis], at[axis]);
    }
  }
  Vector first{0, 0, 0};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    // Rounding of the inverse must not decide which way a half goes.
    const double extent = std::round((high[axis] - low[axis]) * 1e6) / 1e6;
    if (!(extent < kMaximumVoxels)) {
      throw Error(ExitCode::kBadInput, "the grid spans " + std::to_string(extent * spacing_mm) +
                                           " mm along one axis, which no head does; check the spacing in the header");
    }
    out.size[axis] = static_cast<std::size_t>(std::nearbyint(extent + 1));
    first[axis] = low[axis] < -1e-6 ? low[axis] : 0; // shear can put other corners in front of the first voxel
  }
  out.affine.translation = out.affine.apply(first);
  return out;
}

} // namespace brainmvp::image
