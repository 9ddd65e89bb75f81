#include "finetune/whole_volumes.h"

#include <utility>

#include "infer/filling.h"
#include "infer/sizing.h"
#include "nn/kernels/execution.h"
#include "train/process.h"

namespace brainmvp::finetune {

using torch::Tensor;

WholeVolumeLearner::WholeVolumeLearner(const TrainingSetup& setup, const std::shared_ptr<torch::nn::Module>& network,
                                       std::vector<std::size_t> strata)
    : Learner(setup, network), strata_(std::move(strata)),
      network_(std::dynamic_pointer_cast<nn::ClassificationNetwork>(network)) {}

std::unique_ptr<Learner::Reader> WholeVolumeLearner::read(const store::Distribution& distribution, std::uint64_t first) const {
  return read_volumes(setup().store, setup().training, strata_, setup().description.sizing, sample_options(distribution), first);
}

Tensor WholeVolumeLearner::outputs(const SampleBatch& samples, const parallel::BatchShare& share) const {
  const NetworkBatch batch = network_batch_of(samples);
  const runtime::AutocastScope autocast(setup().precision, setup().device);
  const nn::ExecutionScope execution(train::execution_over(share));
  return network_->forward(batch.images);
}

Tensor WholeVolumeLearner::outputs_of(const store::StoredStudy& study) const {
  const model::ModelDescription& description = setup().description;
  Tensor input = infer::size_volume(whole_study(study), description.window, description.sizing);
  const std::vector<bool> present = present_channels(study, description.channels);
  for (std::size_t channel = 0; channel < present.size(); ++channel) {
    if (!present[channel]) {
      input[static_cast<std::int64_t>(channel)].copy_(infer::sized_template(description, channel, study.size()));
    }
  }
  const runtime::AutocastScope autocast(setup().precision, setup().device);
  return network_->forward(input.unsqueeze(0).to(setup().device)).to(at::kCPU, at::kFloat);
}

std::vector<double> WholeVolumeLearner::over_validation(std::size_t width, const Fill& fill) const {
  std::vector<double> numbers(setup().validation.size() * width); // those of other ranks are added below
  for (const std::size_t i : own_validation()) {
    fill(i, outputs_of(setup().store.studies()[setup().validation[i]]), std::span(numbers).subspan(i * width, width));
  }
  return setup().group.sum(std::move(numbers));
}

std::vector<settings::Setting> whole_volume_settings(RunOptions& options) {
  return {{.name = "crop",
           .slot = options.crop,
           .help = "Size that a whole volume is brought to: one side, or three",
           .range = settings::at_least(1),
           .recipes = {{"tiny", {48}}}},
          {.name = "sizing",
           .slot = settings::Slot(options.sizing, {"pad", "resize"}),
           .help = "resize interpolates the volume to that size, pad adds zeros or cuts about the centre"},
          {.name = "dropout",
           .slot = options.dropout,
           .help = "Share of the pooled features that is left out in training",
           .range = settings::between(0, 0.99)}};
}

} // namespace brainmvp::finetune
