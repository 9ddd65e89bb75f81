// One motion for the images of one grid, which were taken or resampled together.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "register/align.h"

namespace brainmvp::registration {

struct GroupImage {
  std::string modality;
  std::string file; // for messages
  image::Volume volume;
};

struct SharedAlignment {
  Alignment alignment;
  std::string motion_of;        // the modality whose motion it is; the reference's where the image stays on its grid
  std::string parted_from = {}; // the modality that it shares the grid with, when it moved against it
};

// One alignment an image of `group`, whose images have one grid. They share the motion of the one with the most mutual
// information, and stay with the reference where they have its grid. An image keeps a motion of its own where that has clearly
// more information; dwi and adc never part, being made from the same scans. Throws as align(), and names the files.
std::vector<SharedAlignment> align_group(const GroupImage& reference, std::span<const GroupImage> group,
                                         const AlignOptions& options);

} // namespace brainmvp::registration
