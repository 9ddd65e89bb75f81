#include "objectives/brainmvp/template_start.h"

#include <string>

#include "objectives/brainmvp/mean_template.h"
#include "study/modality.h"

namespace brainmvp::objectives {

std::vector<settings::Setting> template_settings(TemplateInit& init, image::Size& size) {
  return {{.name = "template_init",
           .slot = settings::Slot(init, {"zero", "noise", "mean"}),
           .help = "Start of the templates",
           .recipes = {{"tiny", {"mean"}}}},
          {.name = "template_size",
           .slot = size,
           .help = "Voxels of the template grid, I J K; without it those of the store",
           .range = settings::at_least(1)}};
}

torch::Tensor make_templates(TemplateInit init, const image::Size& size, const ObjectiveSetup& setup) {
  const auto& names = study::kMainModalities;
  const auto& [height, width, depth] = size;
  torch::Tensor templates = torch::zeros({static_cast<std::int64_t>(names.size()), static_cast<std::int64_t>(height),
                                          static_cast<std::int64_t>(width), static_cast<std::int64_t>(depth)});
  if (init == TemplateInit::kNoise) {
    templates.uniform_();
  } else if (init == TemplateInit::kMean) {
    // Clipped whatever the training reads: templates are used min-max normalised, so that one outlier would squeeze the brain.
    for (std::size_t row = 0; row < names.size(); ++row) {
      MeanTemplate mean = mean_template(setup.store, setup.training, std::string(names[row]), setup.crop, size,
                                        store::Intensities::kClipped, setup.threads);
      torch::Tensor target = templates[static_cast<std::int64_t>(row)];
      target.copy_(torch::from_blob(mean.values.data(), target.sizes()));
    }
  }
  return templates.requires_grad_();
}

} // namespace brainmvp::objectives
