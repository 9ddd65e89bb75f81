// How images are changed in training, as plain data.
#pragma once

#include <vector>

#include "settings/settings.h"

namespace brainmvp::finetune {

// How likely each change is, and how strong at most.
struct AugmentationOptions {
  double flip = 0.5; // of each axis
  double rotation = 0;
  double rotation_degrees = 15; // about each axis
  double scaling = 0;
  double scaling_range = 0.15; // the image grows or shrinks by up to this share
  double intensity_scale = 0.1;
  double intensity_shift = 0.1; // of each channel, in units of its 5th to 95th percentile
  double gamma = 0;
  double gamma_range = 0.3; // exponent 1 / (1 + range) .. 1 + range
  double noise = 0;
  double noise_deviation = 0.05;
  double blur = 0;
  double blur_sigma = 1; // voxels
  double low_resolution = 0;
  double low_resolution_factor = 2; // voxels become so much larger, and are interpolated back
};

// As settings, with the sets "none"; "light": flips, intensity scale and shift, as the paper; "full": each of the changes too,
// with nnU-Net's frequencies (Isensee 2021, doi 10.1038/s41592-020-01008-z).
std::vector<settings::Setting> augmentation_settings(AugmentationOptions& options);

} // namespace brainmvp::finetune
