// Named sets of defaults for pre-training, as plain data (docs/guide.md has the table).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/affine.h"
#include "nn/networks/initialisation.h"
#include "objectives/brainmvp/settings.h"
#include "store/intensities.h"

namespace brainmvp::pretrain {

struct Recipe {
  std::string name;
  std::string network;
  nn::Initialisation initialisation = nn::Initialisation::kPublic;
  image::Size crop{96, 96, 96};
  std::int64_t batch_size = 3; // studies a device
  std::int64_t accumulation = 2;
  std::uint64_t epochs = 1500;
  double learning_rate = 3e-4;
  double warmup = 0; // fraction of the schedule in which the rate rises
  double weight_decay = 1e-5;
  store::Intensities intensities = store::Intensities::kClipped; // as the public code pre-trains
  objectives::BrainMvpSettings brainmvp = {};
};

std::vector<std::string> recipe_names();

// Throws Error(kUsage) for an unknown name, with the nearest known one.
Recipe recipe(const std::string& name);

} // namespace brainmvp::pretrain
