// Which grid a study is brought to, decided from headers alone.
#pragma once

#include <filesystem>
#include <vector>

#include "image/resample.h"
#include "io/image_file.h"
#include "store/prepare.h"
#include "study/studies_file.h"

namespace brainmvp::store {

struct StudyGrids {
  std::filesystem::path
      reference;      // the label's file; otherwise, of the images that cover most of a head, that of the smallest voxels
  image::Grid native; // of that file
  image::Grid ras;    // the same voxels in RAS order
  image::Grid target; // isotropic
  std::vector<io::ImageHeader> headers; // one an image of the study
  std::vector<io::ImageHeader> label;   // none or one
  bool z_scored = false;                // PrepareOptions'
};

// Throws Error(kBadInput) when a header cannot be read or an image has another number of channels than names.
StudyGrids study_grids(const study::Study& study, const PrepareOptions& options);

// A grid with its axes in RAS order.
image::Grid ras_grid(const image::Grid& grid);

// Largest distance in mm between corresponding corners of the fields of view (outer faces of the voxels) of two RAS grids.
double field_distance_mm(const image::Grid& a, const image::Grid& b);

} // namespace brainmvp::store
