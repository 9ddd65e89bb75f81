#include "pretrain/learner.h"

#include <ATen/ops/from_blob.h>

#include "base/random.h"
#include "nn/kernels/execution.h"
#include "runtime/to_device.h"
#include "train/process.h"

namespace brainmvp::pretrain {
namespace {

// [B, crop, C, H, W, D] on the device. Takes the images over.
torch::Tensor images_of(store::CropBatch& crops, const objectives::DataNeeds& data, const image::Size& crop,
                        const at::Device& device) {
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(crops.samples.size()), static_cast<std::int64_t>(data.crops),
                                  static_cast<std::int64_t>(data.channels)};
  shape.insert(shape.end(), crop.begin(), crop.end());
  const auto images = std::make_shared<store::CropBuffer>(std::move(crops.images));
  const torch::Tensor host = at::from_blob(
      images->data(), shape, [images](void*) {}, at::kFloat);
  return runtime::to_device(host, device);
}

} // namespace

store::CropLoaderOptions Learner::loader_options(std::uint64_t seed, const store::Distribution& distribution) const {
  const objectives::DataNeeds data = objective_->data();
  return {.seed = seed,
          .distribution = distribution,
          .modalities = data.modalities,
          .channels = data.channels,
          .crops = data.crops,
          .crop = setup_.crop,
          .common_grid = data.common_grid,
          .intensities = setup_.intensities,
          .threads = setup_.loader_threads};
}

std::vector<std::string> Learner::ids_of(const std::vector<store::CropSample>& samples) const {
  std::vector<std::string> ids;
  for (const store::CropSample& sample : samples) {
    ids.push_back(setup_.store.studies().at(sample.study).id());
  }
  return ids;
}

NamedTensors Learner::losses_of(store::CropBatch& crops, objectives::Step step) {
  const objectives::Batch batch{.images = images_of(crops, objective_->data(), setup_.crop, setup_.device),
                                .samples = crops.samples,
                                .studies = ids_of(crops.samples)};
  step.share = train::share_of(crops.portion, setup_.group);
  const runtime::AutocastScope autocast(setup_.precision, setup_.device);
  const nn::ExecutionScope execution(train::execution_over(step.share));
  return objective_->losses(batch, step);
}

void Learner::open(const store::Distribution& distribution, std::uint64_t first) {
  loader_.emplace(setup_.store, setup_.training, loader_options(setup_.seed, distribution), first);
}

train::BatchLosses Learner::next_batch(const train::BatchPlace& place) {
  store::CropBatch crops = loader_->next();
  train::BatchLosses losses{
      .terms = {}, .portion = crops.portion, .epoch = crops.samples.front().epoch, .studies = ids_of(crops.samples)};
  losses.terms = losses_of(crops, {.number = place.step,
                                   .total = place.total_steps,
                                   .seed = setup_.seed,
                                   .settle = [&](const torch::Tensor& parameter, std::span<const std::int64_t> rows) {
                                     place.optimizer.settle(parameter, rows);
                                   }});
  return losses;
}

train::Learner::Validation Learner::validate() {
  const std::uint64_t seed = RandomStream({setup_.seed, text_key("validation")}).next();
  const store::Distribution distribution{.samples_per_step = setup_.validation.size(), // each study once
                                         .batch_size = setup_.batch_size,
                                         .ranks = static_cast<std::size_t>(setup_.group.size()),
                                         .rank = static_cast<std::size_t>(setup_.group.rank())};
  store::CropLoader loader(setup_.store, setup_.validation, loader_options(seed, distribution));
  train::NamedValues means;
  for (std::uint64_t i = 0; i < distribution.batches_per_step(); ++i) {
    store::CropBatch crops = loader.next();
    const double share = static_cast<double>(crops.portion.all) / static_cast<double>(setup_.validation.size());
    train::add_share(means, losses_of(crops, {.seed = seed, .validates = true}), share);
  }
  train::NamedValues values = objective_->validation(means);
  return {.loss = values.front().second, .values = std::move(values)};
}

void Learner::log_pictures(train::RunFolder& folder, std::uint64_t step) {
  for (const auto& [name, picture] : objective_->pictures()) {
    folder.picture(name, step, picture);
  }
}

} // namespace brainmvp::pretrain
