#pragma once

#include <string>

#include "finetune/augmentation.h"

namespace brainmvp::finetune {

// The options of the set.
inline AugmentationOptions augmentation_set(const std::string& name) {
  AugmentationOptions options;
  settings::Settings settings;
  settings.add("augmentation", augmentation_settings(options));
  settings.fill_recipe(name);
  return options;
}

} // namespace brainmvp::finetune
