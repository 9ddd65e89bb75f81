#include "finetune/trainee_parts.h"

#include <ATen/ops/empty.h>

#include <cmath>

#include "infer/filling.h"
#include "nn/network.h"

namespace brainmvp::finetune {

SampleOptions sample_options(const TrainingSetup& setup, const store::Distribution& distribution) {
  const RunOptions& options = setup.options;
  return {.seed = options.session.seed,
          .distribution = distribution,
          .channels = setup.description.channels,
          .crop = setup.description.window,
          .foreground_rate = options.foreground_rate,
          .intensities = setup.description.intensities,
          .threads = options.session.loader_threads};
}

BatchSetup batch_setup(const TrainingSetup& setup) {
  return {.store = setup.store,
          .description = setup.description,
          .augmentation = setup.options.augmentation,
          .mix_channels = setup.description.task == infer::Task::kSegment ? setup.options.mix_channels : 0,
          .seed = setup.options.session.seed,
          .device = setup.device};
}

train::Trainee trainee_of(const std::string& what, const std::shared_ptr<torch::nn::Module>& network) {
  train::Trainee trainee{.what = what,
                         .network = network,
                         .parameters = {},
                         .weights = nn::state_tensors(*network),
                         .accumulate_gradients = nullptr,
                         .validate = nullptr,
                         .log_pictures = nullptr,
                         .finish = nullptr};
  for (const auto& entry : network->named_parameters()) {
    trainee.parameters.emplace_back(entry.key(), entry.value());
  }
  for (auto& [name, tensor] : trainee.weights) {
    tensor = tensor.detach();
  }
  return trainee;
}

train::StepLosses accumulate_gradients(store::ReadAhead<SampleBatch>& reader, const BatchLosses& losses_of,
                                       const TrainingSetup& setup, const train::StepTools& tools, std::uint64_t step) {
  train::StepLosses sums;
  const double waited = reader.waited_seconds();
  const std::uint64_t batches = tools.distribution.batches_per_step();
  for (std::uint64_t number = 0; number < batches; ++number) {
    const SampleBatch samples = reader.next();
    const double weight = static_cast<double>(samples.portion.all) / static_cast<double>(tools.distribution.samples_per_step);
    const std::vector<std::string> ids = study_ids(samples, setup.store);
    sums.studies.insert(sums.studies.end(), ids.begin(), ids.end());
    sums.epoch = samples.samples.front().epoch;
    const auto losses = losses_of(samples, train::share_of(samples.portion, setup.group));
    if (sums.values.empty()) {
      sums.values = {losses.size(), {"", 0}};
    }
    for (std::size_t i = 0; i < losses.size(); ++i) {
      sums.values[i].first = losses[i].first;
      sums.values[i].second += weight * losses[i].second.item<double>();
    }
    if (!std::isfinite(sums.values.front().second)) {
      train::throw_diverged("the loss is not finite", step + 1, ids, setup.group);
    }
    tools.reducer.backward(losses.front().second * weight, number + 1 == batches);
  }
  sums.criterion = sums.values.front().second;
  sums.wait_seconds = reader.waited_seconds() - waited;
  return sums;
}

std::vector<std::size_t> own_validation(const TrainingSetup& setup) {
  std::vector<std::size_t> own;
  for (auto i = static_cast<std::size_t>(setup.group.rank()); i < setup.validation.size();
       i += static_cast<std::size_t>(setup.group.size())) {
    own.push_back(i);
  }
  return own;
}

torch::Tensor whole_study(const store::StoredStudy& study, const infer::ModelDescription& description) {
  const image::Size& size = study.size();
  const auto side = [&](std::size_t axis) { return static_cast<std::int64_t>(size[axis]); };
  torch::Tensor images =
      at::empty({static_cast<std::int64_t>(description.channels.size()), side(0), side(1), side(2)}, at::kFloat);
  const std::vector<bool> present = present_channels(study, description.channels);
  const std::size_t voxels = image::voxel_count(size);
  for (std::size_t channel = 0; channel < present.size(); ++channel) {
    torch::Tensor target = images[static_cast<std::int64_t>(channel)];
    if (present[channel]) {
      study.copy_crop(description.channels[channel], {0, 0, 0}, size, description.intensities,
                      std::span(target.mutable_data_ptr<float>(), voxels));
    } else {
      target.copy_(infer::template_part(description, channel, size, {0, 0, 0}, size));
    }
  }
  return images;
}

} // namespace brainmvp::finetune
