#include "objectives/m3ae/settings.h"

namespace brainmvp::objectives {

std::vector<settings::Setting> M3aeSettings::settings() {
  using settings::at_least;
  std::vector<settings::Setting> rows = masking.settings();
  rows.insert(rows.end(),
              {{.name = "modalities",
                .slot = settings::Slot(modalities).given_as(settings::Words::kCommas),
                .help = "Modalities, one per input channel; of those that a study lacks the template is shown"},
               {.name = "dropped_modalities",
                .slot = dropped,
                .help = "Largest number of modalities of a sample that are hidden completely; each number is equally likely",
                .range = at_least(0)},
               {.name = "template_penalty",
                .slot = template_penalty,
                .help = "Weight of the templates' distance from their means",
                .range = at_least(0)},
               {.name = "template_rate",
                .slot = template_rate,
                .help = "Factor of the learning rate for the templates",
                .range = at_least(0)}});
  for (settings::Setting& row : template_settings(template_init, template_size)) {
    rows.push_back(std::move(row));
  }
  rows.push_back(decoder.setting());
  return rows;
}

} // namespace brainmvp::objectives
