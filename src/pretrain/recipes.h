// Named sets of defaults for pre-training, as plain data (docs/guide.md has the table).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/affine.h"
#include "nn/initialisation.h"
#include "pretrain/loss_weights.h"
#include "store/intensities.h"

namespace brainmvp::pretrain {

// Where templates start. From zeros, AdamW's second moment holds most voxels nearly still for thousands of steps.
enum class TemplateInit { kZero, kNoise, kMean };

struct Recipe {
  std::string name;
  std::string network;
  nn::Initialisation initialisation = nn::Initialisation::kPublic;
  image::Size crop{96, 96, 96};
  std::int64_t batch_size = 3; // studies a device
  std::int64_t accumulation = 2;
  std::size_t channels = 4; // modalities a sample
  std::int64_t mask_block = 8;
  double mask_rate = 0.8;
  Weights weights;             // those of the last phase
  double cross_modal_from = 0; // fraction of the schedule from which view 2 is filled from another modality
  double contrastive_from = 0; // fraction of the schedule from which the contrastive term counts
  std::uint64_t epochs = 1500;
  double learning_rate = 3e-4;
  double warmup = 0; // fraction of the schedule in which the rate rises
  double weight_decay = 1e-5;
  image::Size template_size{240, 240, 155};
  TemplateInit template_init = TemplateInit::kZero;
  store::Intensities intensities = store::Intensities::kClipped; // as the public code pre-trains
};

std::vector<std::string> recipe_names();

// Throws Error(kUsage) for an unknown name, with the nearest known one.
Recipe recipe(const std::string& name);

// What holds at one step of the schedule.
struct Phase {
  Weights weights;          // contrastive 0 before its time
  bool cross_modal = false; // whether view 2 is filled from another modality
};
Phase phase_at(const Recipe& recipe, std::uint64_t step, std::uint64_t steps);

std::vector<std::string> template_init_names();
TemplateInit template_init(const std::string& name); // throws Error(kUsage)
std::string template_init_name(TemplateInit init);

} // namespace brainmvp::pretrain
