#include "pretrain/recipes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::pretrain {
namespace {

const std::vector<Recipe>& table() {
  static const std::vector<Recipe> recipes{
      {.name = "paper",
       .network = "uniformer_small",
       .mask_rate = 0.875,
       .weights = {.distillation = 1, .reconstruction = 1, .contrastive = 1, .temperature = 1},
       .cross_modal_from = 0,
       .contrastive_from = 2.0 / 3},
      {.name = "released",
       .network = "uniformer_small",
       .mask_rate = 0.8,
       .weights = {.distillation = 10, .reconstruction = 1, .contrastive = 1, .temperature = 1},
       .cross_modal_from = 1.0 / 5,
       .contrastive_from = 2.0 / 3},
      {.name = "tiny",
       .network = "uniformer_tiny",
       .crop = {48, 48, 48},
       .batch_size = 2,
       .accumulation = 1,
       .mask_rate = 0.8,
       .weights = {.distillation = 1, .reconstruction = 1, .contrastive = 1, .temperature = 1},
       .cross_modal_from = 0,
       .contrastive_from = 1.0 / 3,
       .learning_rate = 1e-3,
       .warmup = 0.05,
       .template_init = TemplateInit::kMean},
  };
  return recipes;
}

const std::array<std::string, 3> kInitNames{"zero", "noise", "mean"}; // in the order of TemplateInit

[[noreturn]] void throw_unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(name, known);
  throw Error(ExitCode::kUsage, what + " '" + name + "' is unknown" + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
                                    " (known: " + join(known, ", ") + ")");
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
    throw_unknown("recipe", name, recipe_names());
  }
  return *found;
}

Phase phase_at(const Recipe& recipe, std::uint64_t step, std::uint64_t steps) {
  const auto reached = [&](double fraction) {
    return static_cast<double>(step) >= std::round(fraction * static_cast<double>(steps));
  };
  Phase phase{.weights = recipe.weights, .cross_modal = reached(recipe.cross_modal_from)};
  if (!reached(recipe.contrastive_from)) {
    phase.weights.contrastive = 0;
  }
  return phase;
}

std::vector<std::string> template_init_names() { return {kInitNames.begin(), kInitNames.end()}; }

TemplateInit template_init(const std::string& name) {
  const auto found = std::ranges::find(kInitNames, name);
  if (found == kInitNames.end()) {
    throw_unknown("template start", name, template_init_names());
  }
  return static_cast<TemplateInit>(found - kInitNames.begin());
}

std::string template_init_name(TemplateInit init) { return kInitNames.at(static_cast<std::size_t>(init)); }

} // namespace brainmvp::pretrain
