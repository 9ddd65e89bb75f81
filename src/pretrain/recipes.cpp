#include "pretrain/recipes.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::pretrain {
namespace {

Recipe paper() {
  Recipe recipe{.name = "paper", .network = "uniformer_small"};
  recipe.brainmvp.mask_rate = 0.875;
  recipe.brainmvp.weights = {.distillation = 1, .reconstruction = 1, .contrastive = 1, .temperature = 1};
  recipe.brainmvp.cross_modal_from = 0;
  recipe.brainmvp.contrastive_from = 2.0 / 3;
  return recipe;
}

Recipe released() {
  Recipe recipe{.name = "released", .network = "uniformer_small"};
  recipe.brainmvp.mask_rate = 0.8;
  recipe.brainmvp.weights = {.distillation = 10, .reconstruction = 1, .contrastive = 1, .temperature = 1};
  recipe.brainmvp.cross_modal_from = 1.0 / 5;
  recipe.brainmvp.contrastive_from = 2.0 / 3;
  return recipe;
}

Recipe tiny() {
  Recipe recipe{.name = "tiny",
                .network = "uniformer_tiny",
                .crop = {48, 48, 48},
                .batch_size = 2,
                .accumulation = 1,
                .learning_rate = 1e-3,
                .warmup = 0.05};
  recipe.brainmvp.mask_rate = 0.8;
  recipe.brainmvp.weights = {.distillation = 1, .reconstruction = 1, .contrastive = 1, .temperature = 1};
  recipe.brainmvp.cross_modal_from = 0;
  recipe.brainmvp.contrastive_from = 1.0 / 3;
  recipe.brainmvp.template_init = objectives::TemplateInit::kMean;
  return recipe;
}

const std::vector<Recipe>& table() {
  static const std::vector<Recipe> recipes{paper(), released(), tiny()};
  return recipes;
}

} // namespace

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  std::ranges::transform(table(), std::back_inserter(names), &Recipe::name);
  return names;
}

Recipe recipe(const std::string& name) {
  const auto found = std::ranges::find(table(), name, &Recipe::name);
  if (found == table().end()) {
    throw Error(ExitCode::kUsage, unknown_name("recipe", name, recipe_names()));
  }
  return *found;
}

} // namespace brainmvp::pretrain
