#include "finetune/batch.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "infer/filling.h"
#include "runtime/to_device.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

// One sample on the device.
struct Item {
  Tensor images;    // [C, H, W, D]
  Tensor templates; // [C, H, W, D], the same places
  Tensor labels;    // [1, H, W, D] float; undefined for whole volumes
};

Tensor crop_tensor(const float* values, std::int64_t channels, const image::Size& size) {
  const auto side = [&](std::size_t axis) { return static_cast<std::int64_t>(size[axis]); };
  return at::from_blob(const_cast<float*>(values), {channels, side(0), side(1), side(2)}, at::kFloat).clone();
}

Tensor template_of(const BatchSetup& setup, std::size_t channel, const Sample& sample) {
  const image::Size& volume = setup.store.studies()[sample.study].size();
  return setup.description.head().whole_volumes
             ? infer::sized_template(setup.description, channel, volume)
             : infer::template_part(setup.description, channel, volume, sample.start, setup.description.window);
}

Item read_item(const SampleBatch& samples, std::size_t index, const BatchSetup& setup) {
  const Sample& sample = samples.samples[index];
  const image::Size& window = setup.description.window;
  const std::size_t channels = setup.description.channels.size();
  const std::size_t voxels = image::voxel_count(window);
  Item item{.images = crop_tensor(samples.images.data() + index * channels * voxels, static_cast<std::int64_t>(channels), window),
            .templates = {},
            .labels = {}};
  item.templates = at::zeros_like(item.images);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const auto c = static_cast<std::int64_t>(channel);
    if (!sample.present[channel] || setup.mix_channels > 0) {
      item.templates[c].copy_(template_of(setup, channel, sample));
    }
    if (!sample.present[channel]) {
      item.images[c].copy_(item.templates[c]);
    }
  }
  if (!samples.labels.empty()) {
    const std::vector<float> values(samples.labels.begin() + static_cast<std::ptrdiff_t>(index * voxels),
                                    samples.labels.begin() + static_cast<std::ptrdiff_t>((index + 1) * voxels));
    item.labels = runtime::to_device(crop_tensor(values.data(), 1, window), setup.device);
  }
  item.images = runtime::to_device(item.images, setup.device);
  item.templates = runtime::to_device(item.templates, setup.device);
  return item;
}

RandomStream stream_of(const Sample& sample, const BatchSetup& setup, std::string_view purpose) {
  return RandomStream({setup.seed, sample.epoch, text_key(setup.store.studies()[sample.study].id()), text_key(purpose)});
}

void augment(Item& item, const Sample& sample, const BatchSetup& setup) {
  RandomStream in_space = stream_of(sample, setup, "augmentation in space");
  const train::SpatialDraw draw = train::draw_spatial(setup.augmentation, in_space);
  item.images = train::changed_in_space(item.images, draw, train::Interpolation::kLinear);
  item.templates = train::changed_in_space(item.templates, draw, train::Interpolation::kLinear);
  if (item.labels.defined()) {
    item.labels = train::changed_in_space(item.labels, draw, train::Interpolation::kNearest);
  }
  RandomStream in_intensity = stream_of(sample, setup, "augmentation of intensity");
  std::vector<Tensor> channels;
  for (std::size_t channel = 0; channel < sample.present.size(); ++channel) {
    const train::IntensityDraw intensity = train::draw_intensity(setup.augmentation, in_intensity);
    const Tensor image = item.images[static_cast<std::int64_t>(channel)];
    channels.push_back(sample.present[channel] ? train::changed_in_intensity(image, intensity) : image);
  }
  item.images = at::stack(channels);
}

Tensor mixture(const Item& item, const std::vector<bool>& replaced) {
  std::vector<Tensor> channels;
  for (std::size_t channel = 0; channel < replaced.size(); ++channel) {
    const auto c = static_cast<std::int64_t>(channel);
    channels.push_back(replaced[channel] ? item.templates[c] : item.images[c]);
  }
  return at::stack(channels);
}

} // namespace

NetworkBatch network_batch(const SampleBatch& samples, const BatchSetup& setup) {
  const std::size_t mixtures = setup.mix_channels > 0 ? 2 : 1;
  std::vector<std::vector<Tensor>> images(mixtures);
  std::vector<Tensor> labels;
  for (std::size_t index = 0; index < samples.samples.size(); ++index) {
    const Sample& sample = samples.samples[index];
    Item item = read_item(samples, index, setup);
    augment(item, sample, setup);
    RandomStream stream = stream_of(sample, setup, "mixture");
    for (std::vector<Tensor>& inputs : images) {
      inputs.push_back(mixture(item, draw_mixture(sample.present.size(), setup.mix_channels, stream)));
    }
    if (item.labels.defined()) {
      labels.push_back(item.labels.squeeze(0).to(at::kByte));
    }
  }
  std::vector<Tensor> all;
  for (const std::vector<Tensor>& inputs : images) {
    all.push_back(at::stack(inputs));
  }
  NetworkBatch batch{.images = at::cat(all), .labels = {}};
  if (!labels.empty()) {
    batch.labels = at::cat(std::vector<Tensor>(mixtures, at::stack(labels)));
  }
  return batch;
}

std::vector<bool> draw_mixture(std::size_t channels, std::size_t at_most, RandomStream& stream) {
  const std::size_t most = std::min(at_most, channels - 1);
  const std::size_t count = stream.below(most + 1);
  const std::vector<std::size_t> order = stream.permutation(channels);
  std::vector<bool> replaced(channels, false);
  for (std::size_t i = 0; i < count; ++i) {
    replaced[order[i]] = true;
  }
  return replaced;
}

std::vector<std::string> study_ids(const SampleBatch& samples, const store::Store& store) {
  std::vector<std::string> ids;
  for (const Sample& sample : samples.samples) {
    ids.push_back(store.studies().at(sample.study).id());
  }
  return ids;
}

} // namespace brainmvp::finetune
