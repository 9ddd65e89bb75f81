#include "finetune/memory_need.h"

#include <algorithm>

#include "nn/networks/backbones.h"
#include "runtime/memory_need.h"

namespace brainmvp::finetune {
namespace {

StepCost cost_of(const TrainingSetup& setup) {
  return {.backbone = nn::backbone(setup.description.network),
          .head = setup.description.head(),
          .channels = setup.description.channels.size(),
          .outputs = static_cast<std::size_t>(setup.description.outputs()),
          .batch_size = setup.options.batch_size,
          .mixed = setup.options.mix_channels > 0,
          .precision = setup.precision,
          .checkpoints_activations = setup.options.session.checkpoint_activations};
}

// The largest study whole: its channels, its outputs and their sums, and what is decided.
double validation_bytes(const TrainingSetup& setup) {
  const model::Head& head = setup.description.head();
  double largest = 0;
  for (const std::size_t position : setup.validation) {
    largest = std::max(largest, runtime::voxels_of(setup.store.studies()[position].size()));
  }
  const double outputs = head.whole_volumes ? 0 : static_cast<double>(setup.description.outputs());
  const double bytes_a_voxel = (static_cast<double>(setup.description.channels.size()) + 3 * outputs + 2) * sizeof(float);
  return largest * bytes_a_voxel + runtime::voxels_of(setup.description.window) *
                                       nn::backbone(setup.description.network).bytes_per_voxel_of(head.prediction);
}

} // namespace

double step_bytes(const StepCost& cost, const image::Size& window) {
  constexpr double kCopies = 6; // of a sample's images and templates, while they are read, augmented and mixed
  const double views = static_cast<double>(cost.batch_size) * (cost.mixed && !cost.head.whole_volumes ? 2 : 1);
  const double outputs = cost.head.whole_volumes ? 0 : 6.0 * static_cast<double>(cost.outputs);
  const double activations = cost.backbone.bytes_per_voxel_of(cost.head.step, cost.precision, cost.checkpoints_activations);
  return views * runtime::voxels_of(window) *
         (activations + (outputs + kCopies * static_cast<double>(cost.channels)) * sizeof(float));
}

double memory_need(const TrainingSetup& setup, const torch::nn::Module& network) {
  double weights = 0;
  for (const torch::Tensor& parameter : network.parameters()) {
    weights += static_cast<double>(parameter.nbytes());
  }
  const double validation = setup.validation.empty() ? 0 : validation_bytes(setup);
  const double step = step_bytes(cost_of(setup), setup.description.window);
  return runtime::kProgramBytes + runtime::training_bytes(weights) + std::max(step, validation);
}

} // namespace brainmvp::finetune
