#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <set>

#include "finetune/trainee_parts.h"
#include "infer/filling.h"
#include "infer/sizing.h"
#include "metrics/classification.h"
#include "nn/execution.h"
#include "parallel/sums.h"
#include "train/evaluation_scope.h"
#include "train/to_device.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

struct ClassTraining {
  TrainingSetup setup;
  std::vector<std::size_t> classes;
  std::shared_ptr<nn::ClassificationNetwork> network;
  std::unique_ptr<store::ReadAhead<SampleBatch>> reader; // made at the first step, where a resumed run goes on
};

Tensor class_tensor(const std::vector<std::size_t>& classes, const at::Device& device) {
  return train::to_device(at::tensor(std::vector<std::int64_t>(classes.begin(), classes.end())), device);
}

void open_reader(ClassTraining& training, std::uint64_t step, const store::Distribution& distribution) {
  const TrainingSetup& setup = training.setup;
  std::vector<std::size_t> classes;
  for (const std::size_t position : setup.training) {
    classes.push_back(training.classes[position]);
  }
  training.reader = read_volumes(setup.store, setup.training, classes, setup.options.balanced, setup.description.sizing,
                                 sample_options(setup, distribution), step * distribution.batches_per_step());
}

std::vector<std::pair<std::string, Tensor>> class_losses(const ClassTraining& training, const SampleBatch& samples,
                                                         const parallel::BatchShare& share) {
  const TrainingSetup& setup = training.setup;
  std::vector<std::size_t> classes;
  for (const Sample& sample : samples.samples) {
    classes.push_back(training.classes[sample.study]);
  }
  const NetworkBatch batch = network_batch(samples, batch_setup(setup));
  Tensor logits;
  {
    const train::AutocastScope autocast(setup.precision, setup.device);
    const nn::ExecutionScope execution(train::execution_over(share));
    logits = training.network->forward(batch.images);
  }
  const Tensor loss = at::cross_entropy_loss(logits.to(at::kFloat), class_tensor(classes, setup.device));
  return {{"loss", parallel::mean_over_ranks(loss, share)}};
}

train::StepLosses class_gradients(ClassTraining& training, std::uint64_t step, const train::StepTools& tools) {
  if (!training.reader) {
    open_reader(training, step, tools.distribution);
  }
  const auto losses_of = [&training](const SampleBatch& samples, const parallel::BatchShare& share) {
    return class_losses(training, samples, share);
  };
  return accumulate_gradients(*training.reader, losses_of, training.setup, tools, step);
}

// Logits [1, K] of a whole study.
Tensor class_logits(const ClassTraining& training, const store::StoredStudy& study) {
  const TrainingSetup& setup = training.setup;
  const infer::ModelDescription& description = setup.description;
  Tensor input = infer::size_volume(whole_study(study, description), description.window, description.sizing);
  const std::vector<bool> present = present_channels(study, description.channels);
  for (std::size_t channel = 0; channel < present.size(); ++channel) {
    if (!present[channel]) {
      input[static_cast<std::int64_t>(channel)].copy_(infer::sized_template(description, channel, study.size()));
    }
  }
  const train::AutocastScope autocast(setup.precision, setup.device);
  return training.network->forward(input.unsqueeze(0).to(setup.device)).to(at::kCPU, at::kFloat);
}

train::Validation validate_classes(const ClassTraining& training) {
  const train::EvaluationScope evaluation(*training.network);
  const TrainingSetup& setup = training.setup;
  const std::size_t classes = setup.description.table.classes.size();
  metrics::ClassificationCases cases{.classes = classes, .labels = {}, .probabilities = {}};
  for (const std::size_t position : setup.validation) {
    cases.labels.push_back(training.classes[position]);
  }
  cases.probabilities.resize(cases.labels.size() * classes); // those of other ranks are added below
  double sum = 0;
  for (const std::size_t i : own_validation(setup)) {
    const Tensor logits = class_logits(training, setup.store.studies()[setup.validation[i]]);
    sum += at::cross_entropy_loss(logits, class_tensor({cases.labels[i]}, at::kCPU)).item<double>();
    const Tensor probabilities = at::softmax(logits, 1).to(at::kDouble).contiguous();
    std::copy_n(probabilities.const_data_ptr<double>(), classes,
                cases.probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes));
  }
  cases.probabilities = setup.group.sum(std::move(cases.probabilities));
  sum = setup.group.sum(std::vector<double>{sum})[0];
  train::Validation validation{.loss = sum / static_cast<double>(setup.validation.size()), .values = {}};
  validation.values.emplace_back("validation_loss", validation.loss);
  if (std::set<std::size_t>(cases.labels.begin(), cases.labels.end()).size() > 1) { // one class alone has no AUC
    const metrics::ClassificationMetrics found = metrics::classify_metrics(cases);
    validation.values.emplace_back("validation_balanced_accuracy", found.balanced_accuracy);
    validation.values.emplace_back("validation_auc", found.auc);
  }
  return validation;
}

} // namespace

train::Trainee classification_trainee(const TrainingSetup& setup, const std::vector<std::size_t>& classes,
                                      const std::shared_ptr<nn::ClassificationNetwork>& network) {
  const auto training =
      std::make_shared<ClassTraining>(ClassTraining{.setup = setup, .classes = classes, .network = network, .reader = nullptr});
  train::Trainee trainee = trainee_of("fine-tuning", network);
  trainee.accumulate_gradients = [training](std::uint64_t step, const train::StepTools& tools) {
    return class_gradients(*training, step, tools);
  };
  if (!setup.validation.empty()) {
    trainee.validate = [training] { return validate_classes(*training); };
  }
  return trainee;
}

} // namespace brainmvp::finetune
