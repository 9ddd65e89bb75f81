// Rotations and translations of millimetres.
#pragma once

#include <array>
#include <filesystem>
#include <span>

#include "image/affine.h"

namespace brainmvp::registration {

// y = R (x - centre) + centre + translation, in RAS+ mm. R turns by the unit quaternion (w, versor), w >= 0.
struct Rigid {
  image::Vector versor{0, 0, 0};
  image::Vector centre{0, 0, 0};
  image::Vector translation{0, 0, 0};

  // The same motion as a matrix and a translation.
  [[nodiscard]] image::Affine affine() const;

  // This motion followed by a turn of `rotation` (axis times angle, radians) about `centre` and a shift in mm.
  [[nodiscard]] Rigid moved(const image::Vector& rotation, const image::Vector& shift) const;

  [[nodiscard]] double angle_degrees() const;

  bool operator==(const Rigid&) const = default;
};

// Mean length in mm between where two motions put `points`.
double mean_distance_mm(const image::Affine& a, const image::Affine& b, std::span<const image::Vector> points);

// ITK's text form (VersorRigid3DTransform, LPS), which ANTs, 3D Slicer and SimpleITK read: from points of the reference to points
// of the moving image. Throws Error(kOutput or kOutOfResources).
void write_transform(const std::filesystem::path& path, const Rigid& rigid);

} // namespace brainmvp::registration
