// What the M3AE objective can be told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "objectives/blocks.h"
#include "objectives/brainmvp/template_start.h"
#include "objectives/objective.h"

namespace brainmvp::objectives {

struct M3aeSettings : ObjectiveSettings {
  std::vector<std::string> modalities{"t1", "t1c", "t2", "flair"}; // one an input channel; each has a template
  BlockMasking masking{.mask_rate = 0.875};
  std::size_t dropped = 3; // most modalities that are hidden altogether
  double template_penalty = 0.005;
  double template_rate = 16.7; // factor of the learning rate: 5e-3 against 3e-4
  image::Size template_size{240, 240, 155};
  DecoderChoice decoder;
  TemplateInit template_init = TemplateInit::kZero;

  [[nodiscard]] std::vector<settings::Setting> settings() override;
  [[nodiscard]] nn::Workload work() const override { return decoder.work(); }
  [[nodiscard]] std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const override;
};

} // namespace brainmvp::objectives
