#include "pretrain/step.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <memory>
#include <utility>

#include "pretrain/masking.h"
#include "train/session.h"
#include "train/to_device.h"

namespace brainmvp::pretrain {
namespace {

Losses without_gradient(Losses losses) {
  for (torch::Tensor* tensor : {&losses.total, &losses.view1, &losses.view2, &losses.output1, &losses.output2}) {
    *tensor = tensor->detach();
  }
  return losses;
}

// All at once: a device is waited for once.
LossValues values_of(const Losses& losses) {
  const torch::Tensor values =
      at::stack({losses.total.detach(), losses.mse_view1, losses.mse_view2, losses.contrastive}).to(at::kCPU, at::kDouble);
  const double* value = values.const_data_ptr<double>();
  return {.total = value[0], .view1 = value[1], .view2 = value[2], .contrastive = value[3]};
}

void add_share(LossValues& sum, const LossValues& values, double share) {
  sum.total += share * values.total;
  sum.view1 += share * values.view1;
  sum.view2 += share * values.view2;
  sum.contrastive += share * values.contrastive;
}

} // namespace

Batch to_batch(store::CropBatch& crops, const Recipe& recipe, const at::Device& device) {
  Batch batch;
  for (const store::CropSample& sample : crops.samples) {
    batch.template_rows.push_back(template_rows(sample.modalities));
    std::array<std::int64_t, 3> start{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      start[axis] = static_cast<std::int64_t>(sample.template_start[axis]);
    }
    batch.template_starts.push_back(start);
  }
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(crops.samples.size()), static_cast<std::int64_t>(recipe.channels)};
  shape.insert(shape.end(), recipe.crop.begin(), recipe.crop.end());
  const auto images = std::make_shared<store::CropBuffer>(std::move(crops.images));
  const torch::Tensor host = at::from_blob(
      images->data(), shape, [images](void*) {}, at::kFloat);
  batch.images = train::to_device(host, device);
  return batch;
}

std::vector<std::string> study_ids(const store::Store& store, const std::vector<store::CropSample>& samples) {
  std::vector<std::string> ids;
  for (const store::CropSample& sample : samples) {
    ids.push_back(store.studies().at(sample.study).id());
  }
  return ids;
}

DrawnBatch draw_batch(store::CropBatch& crops, const Phase& phase, const StepSetup& setup) {
  const Recipe& recipe = setup.recipe;
  Draws draws = draw_step({.seed = setup.seed,
                           .crop = recipe.crop,
                           .mask_block = recipe.mask_block,
                           .mask_rate = recipe.mask_rate,
                           .cross_modal = phase.cross_modal},
                          crops.samples, study_ids(setup.store, crops.samples));
  return {.batch = to_batch(crops, recipe, setup.device), .draws = std::move(draws)};
}

Losses loss_of(const Model& model, const DrawnBatch& drawn, const Phase& phase, const StepSetup& setup) {
  const train::AutocastScope autocast(setup.precision, setup.device);
  return objective(*model.network, model.templates, drawn.batch, drawn.draws, phase.weights, setup.recipe.mask_block);
}

StepResult accumulate_gradients(const Model& model, train::AdamW& optimizer, store::CropLoader& loader, const StepSetup& setup,
                                std::uint64_t step) {
  const Phase phase = phase_at(setup.recipe, step, setup.total_steps);
  const double share = 1.0 / static_cast<double>(setup.recipe.accumulation);
  StepResult result;
  const double waited_before = loader.waited_seconds();
  for (std::int64_t micro = 0; micro < setup.recipe.accumulation; ++micro) {
    store::CropBatch crops = loader.next();
    result.epoch = crops.samples.front().epoch;
    const std::vector<std::string> ids = study_ids(setup.store, crops.samples);
    result.studies.insert(result.studies.end(), ids.begin(), ids.end());
    const DrawnBatch drawn = draw_batch(crops, phase, setup);
    optimizer.settle(model.templates, target_rows(drawn.batch, drawn.draws));
    Losses losses = loss_of(model, drawn, phase, setup);
    (losses.total * share).backward();
    const LossValues values = values_of(losses);
    if (!std::isfinite(values.total)) {
      train::throw_diverged("the loss is not finite", step + 1, ids);
    }
    add_share(result.losses, values, share);
    result.last = without_gradient(std::move(losses));
  }
  result.wait_seconds = loader.waited_seconds() - waited_before;
  return result;
}

double reconstruction_loss(const LossValues& losses, const Weights& weights) {
  return weights.distillation * losses.view1 + weights.reconstruction * losses.view2;
}

} // namespace brainmvp::pretrain
