#include "store/loader.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "store/read_ahead.h"
#include "store/sampler.h"

namespace brainmvp::store {
namespace {

std::vector<std::string> shown_modalities(const StoredStudy& study, const std::vector<std::string>& shown) {
  std::vector<std::string> names;
  std::ranges::copy_if(study.modalities(), std::back_inserter(names),
                       [&](const std::string& name) { return shown.empty() || std::ranges::count(shown, name) > 0; });
  return names;
}

// `channels` of the modalities in their order; of fewer, some again, drawn without preference.
std::vector<std::string> draw_modalities(const std::vector<std::string>& present, std::size_t channels, RandomStream& stream) {
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
  CropSample sample{.study = position,
                    .epoch = epoch,
                    .modalities = draw_modalities(shown_modalities(study, options.modalities), options.channels, names),
                    .places = {}};
  const image::Size& size = study.size();
  const image::Size padded{std::max(size[0], options.crop[0]), std::max(size[1], options.crop[1]),
                           std::max(size[2], options.crop[2])};
  for (std::size_t crop = 0; crop < options.crops; ++crop) {
    sample.places.push_back(draw_place(size, options.crop, options.common_grid.value_or(padded), places));
  }
  return sample;
}

void read_crop(const StoredStudy& study, const std::vector<std::string>& modalities, const Start& start,
               const CropLoaderOptions& options, std::span<float> images) {
  const std::size_t count = image::voxel_count(options.crop);
  for (std::size_t channel = 0; channel < modalities.size(); ++channel) {
    const std::span<float> target = images.subspan(channel * count, count);
    const auto earlier = std::ranges::find(modalities, modalities[channel]);
    const auto first = static_cast<std::size_t>(earlier - modalities.begin());
    if (first < channel) {
      std::ranges::copy(images.subspan(first * count, count), target.begin());
    } else {
      study.copy_crop(modalities[channel], start, options.crop, options.intensities, target);
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
  batch.images.resize(batch.samples.size() * options.crops * options.channels * image::voxel_count(options.crop));
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
  for (std::size_t crop = 0; crop < options.crops; ++crop) {
    read_crop(study, sample.modalities, sample.places[crop].start, options,
              std::span(batch.images).subspan((index * options.crops + crop) * count, count));
  }
}

CropLoader::CropLoader(const Store& store, std::vector<std::size_t> positions, CropLoaderOptions options,
                       std::uint64_t first_batch) {
  if (options.common_grid) {
    check_grid(options.crop, *options.common_grid);
  }
  Sampler sampler(options.seed, positions.size());
  if (options.distribution.batch_size == 0 || options.channels == 0) {
    throw Error(ExitCode::kUsage, "batches need at least one study and one modality");
  }
  for (const std::size_t position : positions) {
    const StoredStudy& study = store.studies().at(position);
    if (shown_modalities(study, options.modalities).empty()) {
      throw Error(ExitCode::kBadInput, "study " + study.id() + ": has none of the modalities " + join(options.modalities, ", ") +
                                           "; take it off the studies file or move it to another split");
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
