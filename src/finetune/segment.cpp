#include <ATen/ops/empty.h>

#include "finetune/losses.h"
#include "finetune/trainee_parts.h"
#include "infer/outputs.h"
#include "infer/sliding_window.h"
#include "nn/execution.h"
#include "train/evaluation_scope.h"
#include "train/to_device.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

struct SegmentationTraining {
  TrainingSetup setup;
  std::vector<Foreground> foregrounds;
  std::shared_ptr<nn::SegmentationNetwork> network;
  std::vector<std::vector<int>> outputs;
  std::unique_ptr<store::ReadAhead<SampleBatch>> reader; // made at the first step, where a resumed run goes on
};

std::vector<std::pair<std::string, Tensor>> segmentation_losses(const SegmentationTraining& training, const SampleBatch& samples,
                                                                const parallel::BatchShare& share) {
  const TrainingSetup& setup = training.setup;
  const NetworkBatch batch = network_batch(samples, batch_setup(setup));
  nn::Segmentation output;
  {
    const train::AutocastScope autocast(setup.precision, setup.device);
    const nn::ExecutionScope execution(train::execution_over(share));
    output = training.network->forward(batch.images);
  }
  const Tensor target = one_hot(batch.labels, training.outputs);
  const Tensor valid = counted(batch.labels, setup.description.table.ignore);
  const Tensor supervised = supervised_loss(output, target, setup.description.exclusive(), share, valid);
  const bool mixed = setup.options.mix_channels > 0;
  const Tensor consistency = mixed ? consistency_loss(output.quarter, share) : at::zeros_like(supervised);
  return {{"loss", supervised + setup.options.consistency_weight * consistency},
          {"supervised", supervised},
          {"consistency", consistency}};
}

train::StepLosses segmentation_gradients(SegmentationTraining& training, std::uint64_t step, const train::StepTools& tools) {
  const TrainingSetup& setup = training.setup;
  if (!training.reader) {
    training.reader = read_crops(setup.store, setup.training, training.foregrounds, sample_options(setup, tools.distribution),
                                 step * tools.distribution.batches_per_step());
  }
  const auto losses_of = [&training](const SampleBatch& samples, const parallel::BatchShare& share) {
    return segmentation_losses(training, samples, share);
  };
  return accumulate_gradients(*training.reader, losses_of, setup, tools, step);
}

// Outputs of a study's whole prepared volume, decided: [K, H, W, D] bool.
Tensor decided(const SegmentationTraining& training, const store::StoredStudy& study) {
  const TrainingSetup& setup = training.setup;
  const infer::ModelDescription& description = setup.description;
  const auto tile = [&](const Tensor& input) {
    const train::AutocastScope autocast(setup.precision, setup.device);
    return training.network->forward(train::to_device(input, setup.device)).logits;
  };
  const Tensor logits = infer::slide(whole_study(study, description), description.outputs(),
                                     {.window = description.window, .overlap = setup.options.overlap}, tile);
  if (!description.exclusive()) {
    return logits > 0;
  }
  const Tensor winner = logits.argmax(0);
  std::vector<Tensor> outputs;
  for (std::int64_t output = 0; output < logits.size(0); ++output) {
    outputs.push_back(winner.eq(output));
  }
  return at::stack(outputs);
}

Tensor whole_label(const store::StoredStudy& study) {
  const image::Size& size = study.size();
  const auto side = [&](std::size_t axis) { return static_cast<std::int64_t>(size[axis]); };
  Tensor label = at::empty({side(0), side(1), side(2)}, at::kByte);
  study.copy_label_crop({0, 0, 0}, size, std::span(label.mutable_data_ptr<std::uint8_t>(), image::voxel_count(size)));
  return label;
}

// 1 where both are empty, as in brainmvp evaluate.
double dice_of(const Tensor& prediction, const Tensor& reference) {
  const auto both = prediction.logical_and(reference).sum().item<double>();
  const auto sizes = prediction.sum().item<double>() + reference.sum().item<double>();
  return sizes == 0 ? 1 : 2 * both / sizes;
}

train::Validation validate_segmentation(const SegmentationTraining& training) {
  const train::EvaluationScope evaluation(*training.network);
  const TrainingSetup& setup = training.setup;
  const std::int64_t first = setup.description.exclusive() ? 1 : 0; // without the background
  std::vector<double> sums(training.outputs.size(), 0);
  for (const std::size_t i : own_validation(setup)) {
    const store::StoredStudy& study = setup.store.studies()[setup.validation[i]];
    const Tensor label = whole_label(study).unsqueeze(0);
    const Tensor reference = one_hot(label, training.outputs)[0] > 0;
    const Tensor valid = counted(label, setup.description.table.ignore);
    const Tensor found = decided(training, study);
    const Tensor prediction = valid.defined() ? found.logical_and(valid[0] > 0) : found;
    for (std::int64_t output = first; output < reference.size(0); ++output) {
      sums[static_cast<std::size_t>(output)] += dice_of(prediction[output], reference[output]);
    }
  }
  sums = setup.group.sum(std::move(sums));
  const std::vector<std::string> names = infer::output_names(setup.description);
  train::Validation validation;
  double mean = 0;
  for (auto output = static_cast<std::size_t>(first); output < sums.size(); ++output) {
    const double dice = sums[output] / static_cast<double>(setup.validation.size());
    validation.values.emplace_back("validation_dice_" + names[output], dice);
    mean += dice / static_cast<double>(sums.size() - static_cast<std::size_t>(first));
  }
  validation.values.emplace_back("validation_dice", mean);
  validation.loss = 1 - mean;
  return validation;
}

} // namespace

train::Trainee segmentation_trainee(const TrainingSetup& setup, std::vector<Foreground> foregrounds,
                                    const std::shared_ptr<nn::SegmentationNetwork>& network) {
  const auto training =
      std::make_shared<SegmentationTraining>(SegmentationTraining{.setup = setup,
                                                                  .foregrounds = std::move(foregrounds),
                                                                  .network = network,
                                                                  .outputs = infer::output_values(setup.description),
                                                                  .reader = nullptr});
  train::Trainee trainee = trainee_of("fine-tuning", network);
  trainee.accumulate_gradients = [training](std::uint64_t step, const train::StepTools& tools) {
    return segmentation_gradients(*training, step, tools);
  };
  if (!setup.validation.empty()) {
    trainee.validate = [training] { return validate_segmentation(*training); };
  }
  return trainee;
}

} // namespace brainmvp::finetune
