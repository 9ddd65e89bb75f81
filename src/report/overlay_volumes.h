// The volumes of one overlay on a common grid, in small; private to src/report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/resample.h"
#include "image/volume.h"
#include "io/png.h"

namespace brainmvp::report {

struct CaseVolumes {
  image::Volume image; // RAS order, 0 to 255
  std::vector<image::LabelVolume> predictions;
  std::optional<image::LabelVolume> reference;
};

// The box around the head of a volume in RAS order, with a margin.
image::Grid head_grid(const image::Volume& volume);

// Everything on an isotropic grid over `box`; percentiles 0.5 and 99.5 of the image inside it become 0 and 255.
CaseVolumes resampled(const image::Volume& image, const std::vector<image::LabelVolume>& predictions,
                      const std::optional<image::LabelVolume>& reference, const image::Grid& box, double spacing_mm);

// 1 where a label of `volume` has background among its six neighbours, 0 elsewhere.
image::LabelVolume edges(const image::LabelVolume& volume);

// One prediction over the image, where most labels are: axial, coronal and sagittal slices side by side.
io::Picture overlay_picture(const CaseVolumes& volumes, std::size_t prediction);

// gzip of a NIfTI file with uint8 voxels; labels above 255 become 255.
std::string small_nifti(const image::Volume& volume);
std::string small_nifti(const image::LabelVolume& volume);

} // namespace brainmvp::report
