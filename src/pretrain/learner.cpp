#include "pretrain/learner.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/std.h>

#include "base/random.h"
#include "base/shell_word.h"
#include "nn/kernels/execution.h"
#include "runtime/to_device.h"
#include "train/process.h"

namespace brainmvp::pretrain {
namespace {

// [B, crop, C, H, W, D]. Takes the images over.
torch::Tensor images_of(store::CropBatch& crops, const image::Size& crop) {
  const store::CropSample& sample = crops.samples.front();
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(crops.samples.size()),
                                  static_cast<std::int64_t>(sample.places.size()),
                                  static_cast<std::int64_t>(sample.modalities.size())};
  shape.insert(shape.end(), crop.begin(), crop.end());
  const auto images = std::make_shared<store::CropBuffer>(std::move(crops.images));
  return at::from_blob(
      images->data(), shape, [images](void*) {}, at::kFloat);
}

std::uint64_t picture_seed(std::uint64_t seed) { return RandomStream({seed, text_key("pictures")}).next(); }

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

objectives::Batch Learner::batch_of(store::CropBatch crops) const {
  objectives::Batch batch{.images = runtime::to_device(images_of(crops, setup_.crop), setup_.device),
                          .samples = std::move(crops.samples),
                          .studies = {}};
  for (const store::CropSample& sample : batch.samples) {
    batch.studies.push_back(setup_.store.studies().at(sample.study).id());
  }
  return batch;
}

NamedTensors Learner::losses_of(const objectives::Batch& batch, const objectives::Step& step) {
  const runtime::AutocastScope autocast(setup_.precision, setup_.device);
  const nn::ExecutionScope execution(train::execution_over(step.share));
  return objective_->losses(batch, step);
}

void Learner::open(const store::Distribution& distribution, std::uint64_t first) {
  loader_.emplace(setup_.store, setup_.training, loader_options(setup_.seed, distribution), first);
}

train::BatchLosses Learner::next_batch(const train::BatchPlace& place) {
  store::CropBatch crops = loader_->next();
  const store::Portion portion = crops.portion;
  const objectives::Batch batch = batch_of(std::move(crops));
  const auto settle = [&](const torch::Tensor& parameter, std::span<const std::int64_t> rows) {
    place.optimizer.settle(parameter, rows);
  };
  return {.terms = losses_of(batch, {.number = place.step,
                                     .total = place.total_steps,
                                     .seed = setup_.seed,
                                     .share = train::share_of(portion, setup_.group),
                                     .settle = settle}),
          .portion = portion,
          .epoch = batch.samples.front().epoch,
          .studies = batch.studies};
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
    const store::Portion portion = crops.portion;
    const double share = static_cast<double>(portion.all) / static_cast<double>(setup_.validation.size());
    train::add_share(
        means,
        losses_of(batch_of(std::move(crops)), {.seed = seed, .share = train::share_of(portion, setup_.group), .validates = true}),
        share);
  }
  train::NamedValues values = objective_->validation(means);
  return {.loss = values.front().second, .values = std::move(values)};
}

std::vector<std::string> Learner::next_commands(const std::filesystem::path& run) const {
  const std::string name = (run / "").parent_path().string();
  return {"brainmvp finetune segment STORE --init " + shell_word(name) + " -o " + shell_word(name + "-segment") +
          ", where STORE holds labelled studies; or classify, or regress"};
}

// Of a few crops of studies that are not trained on, where there are any, the one that shows most.
objectives::Batch Learner::choose_pictured() const {
  constexpr int kCandidates = 8;
  const store::Distribution distribution{.samples_per_step = 1, .batch_size = 1, .ranks = 1, .rank = 0};
  store::CropLoader loader(setup_.store, setup_.validation.empty() ? setup_.training : setup_.validation,
                           loader_options(picture_seed(setup_.seed), distribution));
  objectives::Batch chosen = batch_of(loader.next());
  for (int i = 1; i < kCandidates; ++i) {
    objectives::Batch other = batch_of(loader.next());
    if (at::std(other.images).item<double>() > at::std(chosen.images).item<double>()) {
      chosen = std::move(other);
    }
  }
  return chosen;
}

void Learner::log_pictures(train::RunFolder& folder, std::uint64_t step) {
  if (!pictured_) {
    pictured_ = choose_pictured();
  }
  (void)losses_of(*pictured_, {.seed = picture_seed(setup_.seed), .validates = true, .pictured = true});
  for (const auto& [name, picture] : objective_->pictures()) {
    folder.picture(name, step, picture);
  }
  for (const auto& [name, error] : objective_->picture_errors()) {
    folder.number(name, step, error);
  }
}

} // namespace brainmvp::pretrain
