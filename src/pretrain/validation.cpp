#include "pretrain/validation.h"

#include <algorithm>

#include "base/random.h"
#include "train/evaluation_scope.h"

namespace brainmvp::pretrain {
double validation_loss(const Model& model, const std::vector<std::size_t>& positions, const StepSetup& setup,
                       std::size_t loader_threads) {
  const train::EvaluationScope evaluation(*model.network);
  StepSetup fixed = setup;
  fixed.seed = RandomStream({setup.seed, text_key("validation")}).next();
  Phase phase{.weights = setup.recipe.weights, .cross_modal = true};
  phase.weights.contrastive = 0;
  const std::size_t batch_size = std::min(static_cast<std::size_t>(setup.recipe.batch_size), positions.size());
  store::CropLoader loader(setup.store, positions,
                           {.seed = fixed.seed,
                            .batch_size = batch_size,
                            .channels = setup.recipe.channels,
                            .crop = setup.recipe.crop,
                            .template_size = setup.recipe.template_size,
                            .threads = loader_threads});
  const std::size_t batches = (positions.size() + batch_size - 1) / batch_size;
  double sum = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    store::CropBatch crops = loader.next();
    const Losses losses = loss_of(model, draw_batch(crops, phase, fixed), phase, fixed);
    sum += losses.total.item<double>();
  }
  return sum / static_cast<double>(batches);
}

} // namespace brainmvp::pretrain
