#include "objectives/brainmvp/template_start.h"

#include <string>

#include "objectives/brainmvp/mean_template.h"
#include "study/modality.h"

namespace brainmvp::objectives {

torch::Tensor make_templates(const BrainMvpSettings& settings, const ObjectiveSetup& setup) {
  const auto& names = study::kMainModalities;
  const auto& [height, width, depth] = settings.template_size;
  torch::Tensor templates = torch::zeros({static_cast<std::int64_t>(names.size()), static_cast<std::int64_t>(height),
                                          static_cast<std::int64_t>(width), static_cast<std::int64_t>(depth)});
  if (settings.template_init == TemplateInit::kNoise) {
    templates.uniform_();
  } else if (settings.template_init == TemplateInit::kMean) {
    // Clipped whatever the training reads: templates are used min-max normalised, so that one outlier would squeeze the brain.
    for (std::size_t row = 0; row < names.size(); ++row) {
      MeanTemplate mean = mean_template(setup.store, setup.training, std::string(names[row]), setup.crop, settings.template_size,
                                        store::Intensities::kClipped, setup.threads);
      torch::Tensor target = templates[static_cast<std::int64_t>(row)];
      target.copy_(torch::from_blob(mean.values.data(), target.sizes()));
    }
  }
  return templates.requires_grad_();
}

} // namespace brainmvp::objectives
