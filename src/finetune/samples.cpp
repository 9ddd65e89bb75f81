#include "finetune/samples.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "base/random.h"
#include "finetune/balanced_sampler.h"
#include "infer/sizing.h"
#include "store/sampler.h"

namespace brainmvp::finetune {
namespace {

using Draw = std::function<store::Drawn(std::uint64_t position)>;

template <class Kind>
Draw drawn_by(Kind sampler) {
  return [kept = std::make_shared<const Kind>(std::move(sampler))](std::uint64_t position) { return kept->at(position); };
}

// What the threads read from: lives as long as the functions of the reader.
struct Source {
  const store::Store& store;
  std::vector<std::size_t> positions;
  SampleOptions options;
  Draw draw; // index into `positions`

  [[nodiscard]] const store::StoredStudy& study(std::size_t index) const { return store.studies()[positions[index]]; }

  [[nodiscard]] std::span<float> images_of(SampleBatch& batch, std::size_t item) const {
    const std::size_t count = options.channels.size() * image::voxel_count(options.crop);
    return std::span(batch.images).subspan(item * count, count);
  }

  void begin(SampleBatch& batch, std::uint64_t number, bool labelled) const {
    batch.portion = options.distribution.portion(number);
    batch.samples.resize(batch.portion.read());
    batch.images.resize(batch.samples.size() * options.channels.size() * image::voxel_count(options.crop));
    batch.labels.resize(labelled ? batch.samples.size() * image::voxel_count(options.crop) : 0);
  }
};

void fill_crop(const Source& source, const std::vector<Foreground>& foregrounds, SampleBatch& batch, std::size_t item) {
  const SampleOptions& options = source.options;
  const store::Drawn drawn = source.draw(batch.portion.first + item);
  const store::StoredStudy& study = source.study(drawn.index);
  const Foreground& foreground = foregrounds[drawn.index];
  RandomStream stream({options.seed, drawn.epoch, text_key(study.id()), text_key("crop")});
  const bool around = stream.uniform() < options.foreground_rate && !foreground.empty();
  Sample& sample = batch.samples[item];
  sample = {.study = source.positions[drawn.index],
            .epoch = drawn.epoch,
            .start = around ? crop_around(draw_voxel(foreground, stream), study.size(), options.crop, stream)
                            : draw_crop(study.size(), options.crop, stream),
            .present = present_channels(study, options.channels)};
  const std::size_t count = image::voxel_count(options.crop);
  for (std::size_t channel = 0; channel < options.channels.size(); ++channel) {
    if (sample.present[channel]) {
      study.copy_crop(options.channels[channel], sample.start, options.crop, options.intensities,
                      source.images_of(batch, item).subspan(channel * count, count));
    }
  }
  study.copy_label_crop(sample.start, options.crop, std::span(batch.labels).subspan(item * count, count));
}

void fill_volume(const Source& source, model::Sizing sizing, SampleBatch& batch, std::size_t item) {
  const SampleOptions& options = source.options;
  const store::Drawn drawn = source.draw(batch.portion.first + item);
  const store::StoredStudy& study = source.study(drawn.index);
  Sample& sample = batch.samples[item];
  sample = {.study = source.positions[drawn.index],
            .epoch = drawn.epoch,
            .start = {0, 0, 0},
            .present = present_channels(study, options.channels)};
  std::vector<float> whole(image::voxel_count(study.size()));
  const auto side = [](std::size_t voxels) { return static_cast<std::int64_t>(voxels); };
  const image::Size& size = study.size();
  const std::size_t count = image::voxel_count(options.crop);
  for (std::size_t channel = 0; channel < options.channels.size(); ++channel) {
    if (sample.present[channel]) {
      study.copy_crop(options.channels[channel], {0, 0, 0}, size, options.intensities, whole);
      const at::Tensor volume = at::from_blob(whole.data(), {1, side(size[0]), side(size[1]), side(size[2])}, at::kFloat);
      const at::Tensor sized = infer::size_volume(volume, options.crop, sizing).contiguous();
      std::ranges::copy_n(sized.const_data_ptr<float>(), static_cast<std::ptrdiff_t>(count),
                          source.images_of(batch, item).begin() + static_cast<std::ptrdiff_t>(channel * count));
    }
  }
}

std::unique_ptr<store::ReadAhead<SampleBatch>> reader(store::BatchMaker<SampleBatch> maker, const SampleOptions& options,
                                                      std::uint64_t first_batch) {
  constexpr std::size_t kAhead = 2;
  maker.items = options.distribution.batch_size;
  maker.fill = [fill = std::move(maker.fill)](SampleBatch& batch, std::size_t item) {
    if (item < batch.samples.size()) { // of a smaller batch
      fill(batch, item);
    }
  };
  return std::make_unique<store::ReadAhead<SampleBatch>>(std::move(maker), first_batch, options.threads, kAhead);
}

} // namespace

std::unique_ptr<store::ReadAhead<SampleBatch>> read_crops(const store::Store& store, const std::vector<std::size_t>& positions,
                                                          const std::vector<Foreground>& foregrounds,
                                                          const SampleOptions& options, std::uint64_t first_batch) {
  const auto source =
      std::make_shared<const Source>(Source{store, positions, options, drawn_by(store::Sampler(options.seed, positions.size()))});
  return reader(
      {.begin = [source](SampleBatch& batch, std::uint64_t number) { source->begin(batch, number, true); },
       .fill = [source, foregrounds](SampleBatch& batch, std::size_t item) { fill_crop(*source, foregrounds, batch, item); }},
      options, first_batch);
}

std::unique_ptr<store::ReadAhead<SampleBatch>> read_volumes(const store::Store& store, const std::vector<std::size_t>& positions,
                                                            const std::vector<std::size_t>& strata, model::Sizing sizing,
                                                            const SampleOptions& options, std::uint64_t first_batch) {
  const auto source =
      std::make_shared<const Source>(Source{store, positions, options,
                                            strata.empty() ? drawn_by(store::Sampler(options.seed, positions.size()))
                                                           : drawn_by(BalancedSampler(options.seed, strata))});
  return reader({.begin = [source](SampleBatch& batch, std::uint64_t number) { source->begin(batch, number, false); },
                 .fill = [source, sizing](SampleBatch& batch, std::size_t item) { fill_volume(*source, sizing, batch, item); }},
                options, first_batch);
}

std::vector<bool> present_channels(const store::StoredStudy& study, const std::vector<std::string>& channels) {
  std::vector<bool> present;
  for (const std::string& channel : channels) {
    present.push_back(std::ranges::count(study.modalities(), channel) > 0);
  }
  return present;
}

} // namespace brainmvp::finetune
