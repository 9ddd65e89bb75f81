#include "objectives/brainmvp/settings.h"

#include <cmath>

namespace brainmvp::objectives {

std::vector<settings::Setting> BrainMvpSettings::settings() {
  using settings::above;
  using settings::at_least;
  using settings::between;
  std::vector<settings::Setting> rows{
      {.name = "channels", .slot = channels, .help = "Modalities of a study that a sample holds", .range = at_least(1)},
      {.name = "mask_rate",
       .slot = mask_rate,
       .help = "Share of the blocks that is masked",
       .range = between(0, 1),
       .recipes = {{"paper", {0.875}}}},
      {.name = "mask_block", .slot = mask_block, .help = "Side of a masked block in voxels", .range = at_least(1)},
      {.name = "weight_distillation",
       .slot = weights.distillation,
       .help = "Weight of the error of view 1 (modality template distillation); 0 leaves the task out",
       .range = at_least(0),
       .recipes = {{"released", {10}}}},
      {.name = "weight_reconstruction",
       .slot = weights.reconstruction,
       .help = "Weight of the error of view 2 (cross-modal reconstruction); 0 leaves the task out",
       .range = at_least(0)},
      {.name = "weight_contrastive",
       .slot = weights.contrastive,
       .help = "Weight of the modality-aware contrastive term; 0 leaves the task out",
       .range = at_least(0),
       .recipes = {{"paper", {1}}, {"released", {1}}, {"tiny", {1}}}},
      {.name = "temperature", .slot = weights.temperature, .help = "Temperature of the contrastive term", .range = above(0)},
      {.name = "cross_modal_from",
       .slot = cross_modal_from,
       .help = "Fraction of the schedule from which view 2 shows another modality",
       .recipes = {{"released", {0.2}}}},
      {.name = "contrastive_from",
       .slot = contrastive_from,
       .help = "Fraction of the schedule from which the contrastive term counts",
       .recipes = {{"paper", {2.0 / 3}}, {"released", {2.0 / 3}}, {"tiny", {1.0 / 3}}}}};
  for (settings::Setting& row : template_settings(template_init, template_size)) {
    rows.push_back(std::move(row));
  }
  rows.push_back(decoder.setting());
  return rows;
}

Phase phase_at(const BrainMvpSettings& settings, std::uint64_t step, std::uint64_t steps) {
  const auto reached = [&](double fraction) {
    return static_cast<double>(step) >= std::round(fraction * static_cast<double>(steps));
  };
  Phase phase{.weights = settings.weights, .cross_modal = reached(settings.cross_modal_from)};
  if (!reached(settings.contrastive_from)) {
    phase.weights.contrastive = 0;
  }
  return phase;
}

} // namespace brainmvp::objectives
