#include <ATen/ops/empty.h>

#include "finetune/learners.h"
#include "finetune/losses.h"
#include "infer/sliding_window.h"
#include "model/outputs.h"
#include "nn/kernels/execution.h"
#include "runtime/to_device.h"
#include "train/process.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

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

class SegmentationLearner : public Learner {
public:
  SegmentationLearner(const TrainingSetup& setup, std::vector<Foreground> foregrounds,
                      std::shared_ptr<nn::SegmentationNetwork> network)
      : Learner(setup, network), foregrounds_(std::move(foregrounds)), network_(std::move(network)),
        outputs_(model::output_values(setup.description)) {}

  Validation validate() override;

protected:
  [[nodiscard]] std::unique_ptr<Reader> read(const store::Distribution& distribution, std::uint64_t first) const override {
    return read_crops(setup().store, setup().training, foregrounds_, sample_options(distribution), first);
  }

  [[nodiscard]] NamedTensors losses(const SampleBatch& samples, const parallel::BatchShare& share) const override;

private:
  [[nodiscard]] Tensor decided(const store::StoredStudy& study) const; // outputs of the whole prepared volume: [K, H, W, D] bool

  std::vector<Foreground> foregrounds_;
  std::shared_ptr<nn::SegmentationNetwork> network_;
  std::vector<std::vector<int>> outputs_;
};

NamedTensors SegmentationLearner::losses(const SampleBatch& samples, const parallel::BatchShare& share) const {
  const NetworkBatch batch = network_batch_of(samples);
  nn::Segmentation output;
  {
    const runtime::AutocastScope autocast(setup().precision, setup().device);
    const nn::ExecutionScope execution(train::execution_over(share));
    output = network_->forward(batch.images);
  }
  const Tensor target = one_hot(batch.labels, outputs_);
  const Tensor valid = counted(batch.labels, setup().description.table.ignore);
  const Tensor supervised = supervised_loss(output, target, setup().description.exclusive(), share, valid);
  const bool mixed = setup().options.mix_channels > 0;
  const Tensor consistency = mixed ? consistency_loss(output.quarter, share) : at::zeros_like(supervised);
  return {{"loss", supervised + setup().options.consistency_weight * consistency},
          {"supervised", supervised},
          {"consistency", consistency}};
}

Tensor SegmentationLearner::decided(const store::StoredStudy& study) const {
  const model::ModelDescription& description = setup().description;
  const auto tile = [&](const Tensor& input) {
    const runtime::AutocastScope autocast(setup().precision, setup().device);
    return network_->forward(runtime::to_device(input, setup().device)).logits;
  };
  const Tensor logits = infer::slide(whole_study(study), description.outputs(),
                                     {.window = description.window, .overlap = setup().options.overlap}, tile);
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

train::Learner::Validation SegmentationLearner::validate() {
  const std::int64_t first = setup().description.exclusive() ? 1 : 0; // without the background
  std::vector<double> sums(outputs_.size(), 0);
  for (const std::size_t i : own_validation()) {
    const store::StoredStudy& study = setup().store.studies()[setup().validation[i]];
    const Tensor label = whole_label(study).unsqueeze(0);
    const Tensor reference = one_hot(label, outputs_)[0] > 0;
    const Tensor valid = counted(label, setup().description.table.ignore);
    const Tensor found = decided(study);
    const Tensor prediction = valid.defined() ? found.logical_and(valid[0] > 0) : found;
    for (std::int64_t output = first; output < reference.size(0); ++output) {
      sums[static_cast<std::size_t>(output)] += dice_of(prediction[output], reference[output]);
    }
  }
  sums = setup().group.sum(std::move(sums));
  const std::vector<std::string> names = model::output_names(setup().description);
  Validation validation;
  double mean = 0;
  for (auto output = static_cast<std::size_t>(first); output < sums.size(); ++output) {
    const double dice = sums[output] / static_cast<double>(setup().validation.size());
    validation.values.emplace_back("validation_dice_" + names[output], dice);
    mean += dice / static_cast<double>(sums.size() - static_cast<std::size_t>(first));
  }
  validation.values.emplace_back("validation_dice", mean);
  validation.loss = 1 - mean;
  return validation;
}

} // namespace

std::unique_ptr<Learner> segmentation_learner(const TrainingSetup& setup, std::vector<Foreground> foregrounds,
                                              std::shared_ptr<nn::SegmentationNetwork> network) {
  return std::make_unique<SegmentationLearner>(setup, std::move(foregrounds), std::move(network));
}

} // namespace brainmvp::finetune
