// Simulated heads for the tests of registration.
#pragma once

#include <numbers>
#include <vector>

#include "image/resample.h"
#include "register/rigid.h"
#include "simulate/study_simulator.h"

namespace brainmvp::test {

// Images of one head on one grid, RAS, `voxel_mm`, with the skull.
inline std::vector<image::Volume> simulated_head(const std::vector<simulate::Modality>& modalities, double voxel_mm) {
  simulate::StudySpec spec{.seed = 3, .stripped = false, .voxel_mm = voxel_mm};
  const auto sides = [&](double mm) { return static_cast<std::size_t>(mm / voxel_mm); };
  image::Grid grid{.size = {sides(180), sides(220), sides(200)}, .affine = {}};
  simulate::TargetGrid target{.grid = grid, .centre_mm = {90, 110, 120}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    target.grid.affine.matrix[axis][axis] = voxel_mm;
  }
  for (const simulate::Modality modality : modalities) {
    spec.images.push_back({.modality = modality, .target = target});
  }
  std::vector<image::Volume> images;
  const simulate::StudySink sink{
      .image = [&](std::size_t, const image::Volume& volume, const io::WriteOptions&) { images.push_back(volume); },
      .label = nullptr};
  simulate::simulate_study(spec, simulate::Anatomy(), sink);
  return images;
}

// A motion about the middle of that head.
inline registration::Rigid known_motion(double degrees, const image::Vector& shift_mm) {
  const double angle = degrees * std::numbers::pi / 180;
  return registration::Rigid{.centre = {90, 110, 120}}.moved({angle * 0.6, -angle * 0.64, angle * 0.48}, shift_mm);
}

// The same voxels, as if the head had moved between the scans.
inline image::Volume moved(image::Volume volume, const registration::Rigid& motion) {
  volume.affine = motion.affine().after(volume.affine);
  return volume;
}

} // namespace brainmvp::test
