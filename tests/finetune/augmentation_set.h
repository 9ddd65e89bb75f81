#pragma once

#include <string>

#include "finetune/augmentation_options.h"

namespace brainmvp::finetune {

// The options of the set.
inline train::AugmentationOptions augmentation_set(const std::string& name) {
  train::AugmentationOptions options;
  settings::Settings settings;
  settings.add("augmentation", augmentation_settings(options));
  settings.fill_recipe(name);
  return options;
}

} // namespace brainmvp::finetune
