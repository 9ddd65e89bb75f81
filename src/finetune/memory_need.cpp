#include "finetune/memory_need.h"

#include <algorithm>

#include "nn/networks/backbones.h"
#include "runtime/memory_need.h"

namespace brainmvp::finetune {
namespace {

// A sample's images and templates, while they are read, augmented and mixed.
double input_bytes(const TrainingSetup& setup) {
  constexpr double kCopies = 6;
  return kCopies * static_cast<double>(setup.description.channels.size()) * sizeof(float);
}

double step_bytes(const TrainingSetup& setup) {
  const model::Head& head = setup.description.head();
  const double views = static_cast<double>(setup.options.batch_size) * (setup.options.mix_channels > 0 ? 2 : 1);
  const double activations = nn::backbone(setup.description.network).bytes_per_voxel_of(head.step) +
                             (head.whole_volumes ? 0 : 6.0 * static_cast<double>(setup.description.outputs()) * sizeof(float));
  return views * runtime::voxels_of(setup.description.window) * (activations + input_bytes(setup));
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

double memory_need(const TrainingSetup& setup, const torch::nn::Module& network) {
  double weights = 0;
  for (const torch::Tensor& parameter : network.parameters()) {
    weights += static_cast<double>(parameter.nbytes());
  }
  const double validation = setup.validation.empty() ? 0 : validation_bytes(setup);
  return runtime::kProgramBytes + runtime::training_bytes(weights) + std::max(step_bytes(setup), validation);
}

} // namespace brainmvp::finetune
