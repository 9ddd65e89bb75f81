#include "store/loader.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "store/crop_placement.h"
#include "store/read_ahead.h"
#include "store/sampler.h"
#include "study/modality.h"

namespace brainmvp::store {
namespace {

std::vector<std::string> with_templates(const StoredStudy& study) {
  std::vector<std::string> names;
  std::ranges::copy_if(study.modalities(), std::back_inserter(names),
                       [](const std::string& name) { return study::template_row(name).has_value(); });
  return names;
}

// `channels` of the study's modalities in its order; of fewer, some again, drawn without preference.
std::vector<std::string> draw_modalities(const StoredStudy& study, std::size_t channels, RandomStream& stream) {
  const std::vector<std::string> present = with_templates(study);
  std::vector<std::size_t> order = stream.permutation(present.size());
  std::vector<std::string> names;
  if (present.size() >= channels) {
    order.resize(channels);
    std::ranges::sort(order);
    for (const std::size_t index : order) {
      names.push_back(present[index]);
    }
    return names;
  }
  names = present;
  while (names.size() < channels) {
    names.push_back(present[order[names.size() % present.size()]]);
  }
  return names;
}

CropSample draw_sample(const StoredStudy& study, std::size_t position, std::uint64_t epoch, const CropLoaderOptions& options) {
  RandomStream names({options.seed, epoch, text_key(study.id()), text_key("modalities")});
  RandomStream places({options.seed, epoch, text_key(study.id()), text_key("crop")});
  CropSample sample{.study = position, .epoch = epoch, .modalities = draw_modalities(study, options.channels, names)};
  const CropPlace place = draw_place(study.size(), options.crop, options.template_size, places);
  sample.start = place.start;
  sample.template_start = place.template_start;
  return sample;
}

void read_sample(const StoredStudy& study, const CropSample& sample, const CropLoaderOptions& options, std::span<float> images) {
  const std::size_t count = image::voxel_count(options.crop);
  for (std::size_t channel = 0; channel < sample.modalities.size(); ++channel) {
    const std::span<float> target = images.subspan(channel * count, count);
    const auto earlier = std::ranges::find(sample.modalities, sample.modalities[channel]);
    const auto first = static_cast<std::size_t>(earlier - sample.modalities.begin());
    if (first < channel) {
      std::ranges::copy(images.subspan(first * count, count), target.begin());
    } else {
      study.copy_crop(sample.modalities[channel], sample.start, options.crop, options.intensities, target);
    }
  }
}

} // namespace

struct CropLoader::State {
  const Store& store;
  std::vector<std::size_t> positions;
  CropLoaderOptions options;
  Sampler sampler;
  std::unique_ptr<ReadAhead<CropBatch>> batches;

  void begin(CropBatch& batch, std::uint64_t number) const;
  void read(CropBatch& batch, std::size_t index) const;
};

void CropLoader::State::begin(CropBatch& batch, std::uint64_t number) const {
  batch.number = number;
  batch.portion = options.distribution.portion(number);
  batch.samples.resize(batch.portion.read());
  batch.images.resize(batch.samples.size() * options.channels * image::voxel_count(options.crop));
}

void CropLoader::State::read(CropBatch& batch, std::size_t index) const {
  if (index >= batch.samples.size()) {
    return; // a smaller batch
  }
  const std::size_t count = options.channels * image::voxel_count(options.crop);
  const Drawn drawn = sampler.at(batch.portion.first + index);
  const StoredStudy& study = store.studies()[positions[drawn.index]];
  CropSample& sample = batch.samples[index];
  sample = draw_sample(study, positions[drawn.index], drawn.epoch, options);
  read_sample(study, sample, options, std::span(batch.images).subspan(index * count, count));
}

CropLoader::CropLoader(const Store& store, std::vector<std::size_t> positions, CropLoaderOptions options,
                       std::uint64_t first_batch) {
  check_template_size(options.crop, options.template_size);
  Sampler sampler(options.seed, positions.size());
  if (options.distribution.batch_size == 0 || options.channels == 0) {
    throw Error(ExitCode::kUsage, "batches need at least one study and one modality");
  }
  for (const std::size_t position : positions) {
    const StoredStudy& study = store.studies().at(position);
    if (with_templates(study).empty()) {
      throw Error(ExitCode::kBadInput, "study " + study.id() +
                                           ": none of its modalities has a template; take it off the studies "
                                           "file or move it to another split");
    }
  }
  state_ = std::unique_ptr<State>(new State{
      .store = store, .positions = std::move(positions), .options = options, .sampler = std::move(sampler), .batches = nullptr});
  const State* state = state_.get();
  const BatchMaker<CropBatch> maker{.items = options.distribution.batch_size,
                                    .begin = [state](CropBatch& batch, std::uint64_t number) { state->begin(batch, number); },
                                    .fill = [state](CropBatch& batch, std::size_t item) { state->read(batch, item); }};
  state_->batches = std::make_unique<ReadAhead<CropBatch>>(maker, first_batch, options.threads, options.read_ahead);
}

CropLoader::~CropLoader() = default;

CropBatch CropLoader::next() { return state_->batches->next(); }

double CropLoader::waited_seconds() const { return state_->batches->waited_seconds(); }

} // namespace brainmvp::store
