#include "pretrain/step.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <memory>
#include <utility>

#include "nn/execution.h"
#include "parallel/sparse_rows.h"
#include "parallel/sums.h"
#include "pretrain/masking.h"
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

// Only the templates that some rank has used travel.
void sum_template_gradient(const torch::Tensor& templates, train::AdamW& optimizer, const parallel::Group& group) {
  if (group.alone()) {
    return;
  }
  std::vector<double> uses(static_cast<std::size_t>(templates.size(0)));
  for (const std::int64_t row : parallel::sparse_rows(templates.grad()).rows) {
    uses[static_cast<std::size_t>(row)] = 1;
  }
  uses = group.sum(std::move(uses));
  std::vector<std::int64_t> rows;
  for (std::size_t row = 0; row < uses.size(); ++row) {
    if (uses[row] > 0) {
      rows.push_back(static_cast<std::int64_t>(row));
    }
  }
  optimizer.settle(templates, rows);
  templates.mutable_grad() = parallel::sum_sparse_rows(templates.grad(), rows, group);
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

Losses loss_of(const Model& model, const DrawnBatch& drawn, const Phase& phase, const StepSetup& setup,
               const store::Portion& portion) {
  const train::AutocastScope autocast(setup.precision, setup.device);
  const parallel::BatchShare share = train::share_of(portion, setup.group);
  const nn::ExecutionScope execution(train::execution_over(share));
  return objective(*model.network, model.templates, drawn.batch, drawn.draws, phase.weights, setup.recipe.mask_block, share);
}

StepResult accumulate_gradients(const Model& model, const train::StepTools& tools, store::CropLoader& loader,
                                const StepSetup& setup, std::uint64_t step) {
  const Phase phase = phase_at(setup.recipe, step, setup.total_steps);
  StepResult result;
  const double waited_before = loader.waited_seconds();
  const std::uint64_t batches = tools.distribution.batches_per_step();
  for (std::uint64_t number = 0; number < batches; ++number) {
    store::CropBatch crops = loader.next();
    const double share = static_cast<double>(crops.portion.all) / static_cast<double>(tools.distribution.samples_per_step);
    result.epoch = crops.samples.front().epoch;
    const std::vector<std::string> ids = study_ids(setup.store, crops.samples);
    result.studies.insert(result.studies.end(), ids.begin(), ids.end());
    const DrawnBatch drawn = draw_batch(crops, phase, setup);
    tools.optimizer.settle(model.templates, target_rows(drawn.batch, drawn.draws));
    Losses losses = loss_of(model, drawn, phase, setup, crops.portion);
    tools.reducer.backward(losses.total * share, number + 1 == batches);
    const LossValues values = values_of(losses);
    if (!std::isfinite(values.total)) {
      train::throw_diverged("the loss is not finite", step + 1, ids, setup.group);
    }
    add_share(result.losses, values, share);
    result.last = without_gradient(std::move(losses));
  }
  sum_template_gradient(model.templates, tools.optimizer, setup.group);
  result.wait_seconds = loader.waited_seconds() - waited_before;
  return result;
}

double reconstruction_loss(const LossValues& losses, const Weights& weights) {
  return weights.distillation * losses.view1 + weights.reconstruction * losses.view2;
}

} // namespace brainmvp::pretrain
