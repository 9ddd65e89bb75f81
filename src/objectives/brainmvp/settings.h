// What the BrainMVP objective can be told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "objectives/brainmvp/template_start.h"
#include "objectives/objective.h"

namespace brainmvp::objectives {

// Weights of the three proxy tasks' losses.
struct LossWeights {
  double distillation = 1;
  double reconstruction = 1;
  double contrastive = 0; // 0 leaves the term out
  double temperature = 1;
};

struct BrainMvpSettings : ObjectiveSettings {
  std::size_t channels = 4; // modalities a sample
  std::int64_t mask_block = 8;
  double mask_rate = 0.8;
  LossWeights weights = {};    // those of the last phase
  double cross_modal_from = 0; // fraction of the schedule from which view 2 is filled from another modality
  double contrastive_from = 0; // fraction of the schedule from which the contrastive term counts
  DecoderChoice decoder;
  image::Size template_size{240, 240, 155};
  TemplateInit template_init = TemplateInit::kZero;

  [[nodiscard]] std::vector<settings::Setting> settings() override;
  [[nodiscard]] nn::Workload work() const override { return decoder.work(); }
  [[nodiscard]] std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const override;
};

// What holds at one step of the schedule.
struct Phase {
  LossWeights weights;      // contrastive 0 before its time
  bool cross_modal = false; // whether view 2 is filled from another modality
};
Phase phase_at(const BrainMvpSettings& settings, std::uint64_t step, std::uint64_t steps);

} // namespace brainmvp::objectives
