#include "pretrain/validation.h"

#include <ATen/ops/mse_loss.h>

#include <algorithm>

#include "base/random.h"
#include "train/evaluation_scope.h"

namespace brainmvp::pretrain {
ValidationErrors validation_errors(const Model& model, const std::vector<std::size_t>& positions, const StepSetup& setup,
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
  ValidationErrors sums;
  for (std::size_t i = 0; i < batches; ++i) {
    store::CropBatch crops = loader.next();
    const Losses losses = loss_of(model, draw_batch(crops, phase, fixed), phase, fixed);
    sums.loss += losses.total.item<double>();
    sums.view1 += losses.mse_view1.item<double>();
    sums.view2 += losses.mse_view2.item<double>();
    sums.templates += at::mse_loss(losses.fill, losses.target).item<double>();
  }
  for (double* sum : {&sums.loss, &sums.view1, &sums.view2, &sums.templates}) {
    *sum /= static_cast<double>(batches);
  }
  return sums;
}

} // namespace brainmvp::pretrain
