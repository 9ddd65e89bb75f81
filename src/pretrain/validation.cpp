#include "pretrain/validation.h"

#include <ATen/ops/mse_loss.h>

#include <algorithm>

#include "base/random.h"
#include "parallel/sums.h"
#include "train/evaluation_scope.h"

namespace brainmvp::pretrain {

ValidationErrors validation_errors(const Model& model, const std::vector<std::size_t>& positions, const StepSetup& setup,
                                   std::size_t loader_threads) {
  const train::EvaluationScope evaluation(*model.network);
  StepSetup fixed = setup;
  fixed.seed = RandomStream({setup.seed, text_key("validation")}).next();
  Phase phase{.weights = setup.recipe.weights, .cross_modal = true};
  phase.weights.contrastive = 0;
  const store::Distribution distribution{.samples_per_step = positions.size(), // each study once
                                         .batch_size = static_cast<std::size_t>(setup.recipe.batch_size),
                                         .ranks = static_cast<std::size_t>(setup.group.size()),
                                         .rank = static_cast<std::size_t>(setup.group.rank())};
  store::CropLoader loader(setup.store, positions,
                           {.seed = fixed.seed,
                            .distribution = distribution,
                            .channels = setup.recipe.channels,
                            .crop = setup.recipe.crop,
                            .template_size = setup.recipe.template_size,
                            .intensities = setup.recipe.intensities,
                            .threads = loader_threads});
  ValidationErrors means;
  for (std::uint64_t i = 0; i < distribution.batches_per_step(); ++i) {
    store::CropBatch crops = loader.next();
    const store::Portion portion = crops.portion;
    const double share = static_cast<double>(portion.all) / static_cast<double>(positions.size());
    const Losses losses = loss_of(model, draw_batch(crops, phase, fixed), phase, fixed, portion);
    const torch::Tensor templates =
        parallel::mean_over_ranks(at::mse_loss(losses.fill, losses.target), train::share_of(portion, setup.group));
    means.loss += share * losses.total.item<double>();
    means.view1 += share * losses.mse_view1.item<double>();
    means.view2 += share * losses.mse_view2.item<double>();
    means.templates += share * templates.item<double>();
  }
  return means;
}

} // namespace brainmvp::pretrain
