// How images are changed in fine-tuning, as settings.
#pragma once

#include <vector>

#include "settings/settings.h"
#include "train/augmentation.h"

namespace brainmvp::finetune {

// As settings, with the sets "none"; "light": flips, intensity scale and shift, as the paper; "full": each of the changes too,
// with nnU-Net's frequencies (Isensee 2021, doi 10.1038/s41592-020-01008-z).
std::vector<settings::Setting> augmentation_settings(train::AugmentationOptions& options);

} // namespace brainmvp::finetune
