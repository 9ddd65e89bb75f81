#include "simulate/person.h"

#include <algorithm>
#include <cmath>

#include "simulate/nearest_tissue.h"

namespace brainmvp::simulate {
namespace {

// Head voxel coordinates (plus a half) of the points of a row of the person.
class RowMap {
public:
  RowMap(const TissueVolume& head, const Deformation& deformation, double step_mm, std::size_t count)
      : head_(head), deformation_(deformation), step_mm_(step_mm) {
    for (auto& line : lines_) {
      line.resize(count);
    }
  }

  void go_to(const Vector& start_mm) {
    const Pose& pose = deformation_.pose();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      deformation_.displacement()[axis].row(start_mm, step_mm_, lines_[axis]);
      double first = pose.shift_mm[axis] - head_.affine.translation[axis];
      for (std::size_t a = 0; a < 3; ++a) {
        first += pose.matrix[axis][a] * start_mm[a];
      }
      const double voxel_mm = head_.affine.matrix[axis][axis];
      const auto start = static_cast<float>(first / voxel_mm + 0.5);
      const auto step = static_cast<float>(pose.matrix[axis][0] * step_mm_ / voxel_mm);
      const auto gain = static_cast<float>(1 / voxel_mm);
      std::vector<float>& line = lines_[axis];
      for (std::size_t n = 0; n < line.size(); ++n) {
        line[n] = start + step * static_cast<float>(n) + gain * line[n];
      }
    }
  }

  [[nodiscard]] const std::array<std::vector<float>, 3>& lines() const { return lines_; }

private:
  const TissueVolume& head_;
  const Deformation& deformation_;
  double step_mm_;
  std::array<std::vector<float>, 3> lines_;
};

using Offsets = std::array<std::array<float, 3>, 8>; // of the octants' centres, in head voxels

Offsets octant_offsets(const TissueVolume& head, const Pose& pose, double voxel_mm) {
  Offsets offsets{};
  for (std::size_t octant = 0; octant < 8; ++octant) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double offset = 0;
      for (std::size_t a = 0; a < 3; ++a) {
        offset += pose.matrix[axis][a] * voxel_mm * ((octant >> a & 1U) != 0 ? 0.25 : -0.25);
      }
      offsets[octant][axis] = static_cast<float>(offset / head.affine.matrix[axis][axis]);
    }
  }
  return offsets;
}

} // namespace

Extent extent_of(const OctantVolume& person) {
  return {.low_mm = person.affine.translation,
          .high_mm = person.affine.apply({static_cast<double>(person.size[0] - 1), static_cast<double>(person.size[1] - 1),
                                          static_cast<double>(person.size[2] - 1)})};
}

OctantVolume sample_octants(const TissueVolume& head, const Deformation& deformation, const Vector& origin_mm, double voxel_mm,
                            const image::Size& size) {
  OctantVolume person{.size = size, .affine = {}, .data = {}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    person.affine.matrix[axis][axis] = voxel_mm;
  }
  person.affine.translation = origin_mm;
  person.data.resize(person.voxels());
  const NearestTissue nearest(head);
  const Offsets offsets = octant_offsets(head, deformation.pose(), voxel_mm);
  RowMap map(head, deformation, voxel_mm, size[0]);
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      map.go_to(
          {origin_mm[0], origin_mm[1] + voxel_mm * static_cast<double>(j), origin_mm[2] + voxel_mm * static_cast<double>(k)});
      const auto& [x, y, z] = map.lines();
      Octants* out = person.data.data() + person.index(0, j, k);
      for (std::size_t i = 0; i < size[0]; ++i) {
        for (std::size_t octant = 0; octant < 8; ++octant) {
          out[i][octant] = nearest(x[i] + offsets[octant][0], y[i] + offsets[octant][1], z[i] + offsets[octant][2]);
        }
      }
    }
  }
  return person;
}

TissueVolume sample_centres(const TissueVolume& head, const Deformation& deformation, const Extent& extent, double spacing_mm) {
  TissueVolume coarse = empty_head(extent, spacing_mm);
  const NearestTissue nearest(head);
  RowMap map(head, deformation, spacing_mm, coarse.size[0]);
  for (std::size_t k = 0; k < coarse.size[2]; ++k) {
    for (std::size_t j = 0; j < coarse.size[1]; ++j) {
      map.go_to(position_of(coarse, 0, j, k));
      const auto& [x, y, z] = map.lines();
      for (std::size_t i = 0; i < coarse.size[0]; ++i) {
        coarse.data[coarse.index(i, j, k)] = nearest(x[i], y[i], z[i]);
      }
    }
  }
  return coarse;
}

void paint(OctantVolume& person, const Extent& box, const std::function<Tissue(const Vector&, Tissue)>& paint) {
  const double voxel_mm = person.affine.matrix[0][0];
  const Vector& origin = person.affine.translation;
  const auto [begin, end] = voxels_within(person.size, person.affine, box);
  for (std::size_t k = begin[2]; k < end[2]; ++k) {
    for (std::size_t j = begin[1]; j < end[1]; ++j) {
      for (std::size_t i = begin[0]; i < end[0]; ++i) {
        Octants& octants = person.data[person.index(i, j, k)];
        for (std::size_t octant = 0; octant < 8; ++octant) {
          const Vector p{origin[0] + voxel_mm * (static_cast<double>(i) + ((octant & 1U) != 0 ? 0.25 : -0.25)),
                         origin[1] + voxel_mm * (static_cast<double>(j) + ((octant & 2U) != 0 ? 0.25 : -0.25)),
                         origin[2] + voxel_mm * (static_cast<double>(k) + ((octant & 4U) != 0 ? 0.25 : -0.25))};
          octants[octant] = static_cast<std::uint8_t>(paint(p, static_cast<Tissue>(octants[octant])));
        }
      }
    }
  }
}

int count_octants(const Octants& octants, bool (*wanted)(Tissue)) {
  return static_cast<int>(
      std::ranges::count_if(octants, [wanted](std::uint8_t tissue) { return wanted(static_cast<Tissue>(tissue)); }));
}

} // namespace brainmvp::simulate
