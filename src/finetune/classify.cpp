#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <set>

#include "finetune/learners.h"
#include "infer/filling.h"
#include "infer/sizing.h"
#include "metrics/classification.h"
#include "nn/kernels/execution.h"
#include "parallel/sums.h"
#include "runtime/to_device.h"
#include "train/process.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

Tensor class_tensor(const std::vector<std::size_t>& classes, const at::Device& device) {
  return runtime::to_device(at::tensor(std::vector<std::int64_t>(classes.begin(), classes.end())), device);
}

class ClassificationLearner : public Learner {
public:
  ClassificationLearner(const TrainingSetup& setup, std::vector<std::size_t> classes,
                        std::shared_ptr<nn::ClassificationNetwork> network)
      : Learner(setup, network), classes_(std::move(classes)), network_(std::move(network)) {}

  Validation validate() override;

protected:
  [[nodiscard]] std::unique_ptr<Reader> read(const store::Distribution& distribution, std::uint64_t first) const override;
  [[nodiscard]] NamedTensors losses(const SampleBatch& samples, const parallel::BatchShare& share) const override;

private:
  [[nodiscard]] Tensor logits_of(const store::StoredStudy& study) const; // [1, K] of a whole study

  std::vector<std::size_t> classes_; // by position in the store
  std::shared_ptr<nn::ClassificationNetwork> network_;
};

std::unique_ptr<Learner::Reader> ClassificationLearner::read(const store::Distribution& distribution, std::uint64_t first) const {
  std::vector<std::size_t> classes;
  for (const std::size_t position : setup().training) {
    classes.push_back(classes_[position]);
  }
  return read_volumes(setup().store, setup().training, classes, !setup().options.unbalanced, setup().description.sizing,
                      sample_options(distribution), first);
}

NamedTensors ClassificationLearner::losses(const SampleBatch& samples, const parallel::BatchShare& share) const {
  std::vector<std::size_t> classes;
  for (const Sample& sample : samples.samples) {
    classes.push_back(classes_[sample.study]);
  }
  const NetworkBatch batch = network_batch_of(samples);
  Tensor logits;
  {
    const runtime::AutocastScope autocast(setup().precision, setup().device);
    const nn::ExecutionScope execution(train::execution_over(share));
    logits = network_->forward(batch.images);
  }
  const Tensor loss = at::cross_entropy_loss(logits.to(at::kFloat), class_tensor(classes, setup().device));
  return {{"loss", parallel::mean_over_ranks(loss, share)}};
}

Tensor ClassificationLearner::logits_of(const store::StoredStudy& study) const {
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

train::Learner::Validation ClassificationLearner::validate() {
  const std::size_t classes = setup().description.table.classes.size();
  metrics::ClassificationCases cases{.classes = classes, .labels = {}, .probabilities = {}};
  for (const std::size_t position : setup().validation) {
    cases.labels.push_back(classes_[position]);
  }
  cases.probabilities.resize(cases.labels.size() * classes); // those of other ranks are added below
  double sum = 0;
  for (const std::size_t i : own_validation()) {
    const Tensor logits = logits_of(setup().store.studies()[setup().validation[i]]);
    sum += at::cross_entropy_loss(logits, class_tensor({cases.labels[i]}, at::kCPU)).item<double>();
    const Tensor probabilities = at::softmax(logits, 1).to(at::kDouble).contiguous();
    std::copy_n(probabilities.const_data_ptr<double>(), classes,
                cases.probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes));
  }
  cases.probabilities = setup().group.sum(std::move(cases.probabilities));
  sum = setup().group.sum(std::vector<double>{sum})[0];
  Validation validation{.loss = sum / static_cast<double>(setup().validation.size()), .values = {}};
  validation.values.emplace_back("validation_loss", validation.loss);
  if (std::set<std::size_t>(cases.labels.begin(), cases.labels.end()).size() > 1) { // one class alone has no AUC
    const metrics::ClassificationMetrics found = metrics::classify_metrics(cases);
    validation.values.emplace_back("validation_balanced_accuracy", found.balanced_accuracy);
    validation.values.emplace_back("validation_auc", found.auc);
  }
  return validation;
}

} // namespace

std::unique_ptr<Learner> classification_learner(const TrainingSetup& setup, std::vector<std::size_t> classes,
                                                std::shared_ptr<nn::ClassificationNetwork> network) {
  return std::make_unique<ClassificationLearner>(setup, std::move(classes), std::move(network));
}

} // namespace brainmvp::finetune
