// Which grid a study is brought to, decided from headers alone.
#pragma once

#include <filesystem>
#include <vector>

#include "image/resample.h"
#include "io/image_file.h"
#include "store/prepare.h"
#include "store/study_images.h"

namespace brainmvp::store {

struct StudyGrids {
  // The label map; otherwise that of options.reference; otherwise, of the images that cover most of a head, that of the
  // smallest voxels.
  std::filesystem::path reference;
  image::Grid native;                   // of that image
  image::Grid ras;                      // the same voxels in RAS order
  image::Grid target;                   // isotropic
  std::vector<io::ImageHeader> headers; // one an image of the study
  std::vector<io::ImageHeader> label;   // none or one
  bool z_scored = false;                // PrepareOptions'
};

// Throws Error(kBadInput) when a header cannot be read or an image has another number of channels than names.
StudyGrids study_grids(const StudyImages& study, const PrepareOptions& options);

// A grid with its axes in RAS order.
image::Grid ras_grid(const image::Grid& grid);

// Largest distance in mm between corresponding corners of the fields of view (outer faces of the voxels) of two RAS grids.
double field_distance_mm(const image::Grid& a, const image::Grid& b);

} // namespace brainmvp::store
