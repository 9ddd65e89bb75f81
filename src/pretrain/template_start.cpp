#include "pretrain/template_start.h"

#include <string>

#include "store/mean_template.h"
#include "study/modality.h"

namespace brainmvp::pretrain {

torch::Tensor make_templates(const Recipe& recipe, const store::Store& store, const std::vector<std::size_t>& positions,
                             std::size_t threads) {
  const auto& names = study::kTemplateModalities;
  const auto& [height, width, depth] = recipe.template_size;
  torch::Tensor templates = torch::zeros({static_cast<std::int64_t>(names.size()), static_cast<std::int64_t>(height),
                                          static_cast<std::int64_t>(width), static_cast<std::int64_t>(depth)});
  if (recipe.template_init == TemplateInit::kNoise) {
    templates.uniform_();
  } else if (recipe.template_init == TemplateInit::kMean) {
    // Clipped whatever the recipe reads: templates are used min-max normalised, so that one outlier would squeeze the brain.
    for (std::size_t row = 0; row < names.size(); ++row) {
      store::MeanTemplate mean = store::mean_template(store, positions, std::string(names[row]), recipe.crop,
                                                      recipe.template_size, store::Intensities::kClipped, threads);
      torch::Tensor target = templates[static_cast<std::int64_t>(row)];
      target.copy_(torch::from_blob(mean.values.data(), target.sizes()));
    }
  }
  return templates.requires_grad_();
}

} // namespace brainmvp::pretrain
