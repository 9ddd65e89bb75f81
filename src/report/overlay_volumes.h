// The volumes of one overlay on a common grid, in small; private to src/report.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "image/resample.h"
#include "image/volume.h"
#include "report/overlays.h"

namespace brainmvp::report {

struct CaseVolumes {
  std::vector<image::Volume> images; // RAS order, 0 to 255
  std::vector<image::LabelVolume> predictions;
  std::optional<image::LabelVolume> reference;
};

// The box around the head of a volume in RAS order, with a margin.
image::Grid head_grid(const image::Volume& volume);

// Everything on an isotropic grid over `box`; percentiles 0.5 and 99.5 of each image inside it become 0 and 255.
CaseVolumes resampled(const CaseVolumes& volumes, const image::Grid& box, double spacing_mm);

// Where most of the reference is, otherwise most of the first prediction, along each axis; the middle without any.
image::Size lesion_of(const CaseVolumes& volumes);

// Axial, coronal and sagittal slices through `place`, without the layers' names.
std::vector<PlaneView> plane_views(const CaseVolumes& volumes, const image::Size& place);

// gzip of a NIfTI file with uint8 voxels; labels above 255 become 255.
std::string small_nifti(const image::Volume& volume);
std::string small_nifti(const image::LabelVolume& volume);

} // namespace brainmvp::report
