// From a head to a person: deformed, aged, with lesions.
#pragma once

#include <string>

#include "simulate/study_simulator.h"

namespace brainmvp::simulate {

struct Person {
  OctantVolume octants;
  TissueTable tissues;
  std::string head; // the label map that it is made from, or "drawn"
};

// The octants cover what of the head the spec's grids show (of the brain alone when it is stripped), and their voxels' centres
// are those of the first grid where it has the spec's voxel size and RAS-like axes.
Person make_person(const StudySpec& spec, const Anatomy& anatomy);

// Maps the world of a target's file to the person's millimetres.
image::Affine to_person(const TargetGrid& target);

// The box around all voxels of a grid, in the person's millimetres.
Extent extent_of(const TargetGrid& target);

} // namespace brainmvp::simulate
