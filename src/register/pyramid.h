// Coarse copies of images, and what their values say of where the head is.
#pragma once

#include "image/volume.h"

namespace brainmvp::registration {

// The mean of blocks of voxels, as many along each axis as fit into `spacing_mm`; an axis that is as coarse stays.
image::Volume shrunk(const image::Volume& volume, double spacing_mm);

// Clips what few voxels hold (vessels, spikes), so that the bins of a histogram are not spent on it: at the 99.9th percentile of
// the values above 0, and from below at the 0.1th of all.
void clip_outliers(image::Volume& volume);

// Threshold between the dark and the bright values of an image (Otsu 1979), which parts a head from air.
float otsu_threshold(const image::Volume& volume);

// Centre of the values above otsu_threshold, in RAS+ mm.
image::Vector centre_of_mass(const image::Volume& volume);

} // namespace brainmvp::registration
