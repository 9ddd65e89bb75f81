#include "store/loader.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <future>
#include <mutex>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "store/crop_placement.h"
#include "study/modality.h"

namespace brainmvp::store {
namespace {

std::size_t voxels(const image::Size& size) { return size[0] * size[1] * size[2]; }

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

void read_sample(const StoredStudy& study, const CropSample& sample, const image::Size& crop, std::span<float> images) {
  const std::size_t count = voxels(crop);
  for (std::size_t channel = 0; channel < sample.modalities.size(); ++channel) {
    const std::span<float> target = images.subspan(channel * count, count);
    const auto earlier = std::ranges::find(sample.modalities, sample.modalities[channel]);
    const auto first = static_cast<std::size_t>(earlier - sample.modalities.begin());
    if (first < channel) {
      std::ranges::copy(images.subspan(first * count, count), target.begin());
    } else {
      study.copy_crop(sample.modalities[channel], sample.start, crop, target);
    }
  }
}

// A batch under construction: its samples are read by the pool's threads.
struct Pending {
  CropBatch batch;
  std::once_flag allocated;
  std::vector<std::future<void>> reads;
};

} // namespace

DrawnStudy draw_study(std::uint64_t seed, std::size_t studies, std::uint64_t position) {
  if (studies == 0) {
    throw Error(ExitCode::kNothingFound, "there are no studies to draw from; the store's training list is empty");
  }
  const std::uint64_t epoch = position / studies;
  RandomStream stream({seed, epoch, text_key("order")});
  return {.index = stream.permutation(studies)[position % studies], .epoch = epoch};
}

struct CropLoader::State {
  const Store& store;
  std::vector<std::size_t> positions;
  CropLoaderOptions options;
  std::uint64_t next_step;
  double waited_seconds = 0;
  std::deque<std::unique_ptr<Pending>> pending;
  ThreadPool pool; // last: its threads end before what they write to

  void submit_batch();
  void read(Pending& target, std::size_t index) const;
};

void CropLoader::State::read(Pending& target, std::size_t index) const {
  const std::size_t count = options.channels * voxels(options.crop);
  // By a thread of the pool, so that the caller does not pay for touching new memory.
  std::call_once(target.allocated, [&] { target.batch.images.resize(options.batch_size * count); });
  const std::uint64_t position = target.batch.step * options.batch_size + index;
  const DrawnStudy drawn = draw_study(options.seed, positions.size(), position);
  const StoredStudy& study = store.studies()[positions[drawn.index]];
  CropSample& sample = target.batch.samples[index];
  sample = draw_sample(study, positions[drawn.index], drawn.epoch, options);
  read_sample(study, sample, options.crop, std::span(target.batch.images).subspan(index * count, count));
}

void CropLoader::State::submit_batch() {
  pending.push_back(std::make_unique<Pending>());
  Pending& target = *pending.back();
  target.batch.step = next_step++;
  target.batch.samples.resize(options.batch_size);
  for (std::size_t index = 0; index < options.batch_size; ++index) {
    target.reads.push_back(pool.submit([this, &target, index] { read(target, index); }));
  }
}

CropLoader::CropLoader(const Store& store, std::vector<std::size_t> positions, CropLoaderOptions options,
                       std::uint64_t first_step) {
  check_template_size(options.crop, options.template_size);
  if (positions.empty() || options.batch_size == 0 || options.channels == 0) {
    throw Error(positions.empty() ? ExitCode::kNothingFound : ExitCode::kUsage,
                positions.empty() ? "there are no studies to draw from; the store's training list is empty"
                                  : "batches need at least one study and one modality");
  }
  for (const std::size_t position : positions) {
    const StoredStudy& study = store.studies().at(position);
    if (with_templates(study).empty()) {
      throw Error(ExitCode::kBadInput, "study " + study.id() +
                                           ": none of its modalities has a template; take it off the studies "
                                           "file or move it to another split");
    }
  }
  const std::size_t threads = std::max<std::size_t>(options.threads, 1);
  state_ = std::unique_ptr<State>(new State{.store = store,
                                            .positions = std::move(positions),
                                            .options = options,
                                            .next_step = first_step,
                                            .pending = {},
                                            .pool = ThreadPool(threads)});
  for (std::size_t i = 0; i < std::max<std::size_t>(options.read_ahead, 1); ++i) {
    state_->submit_batch();
  }
}

CropLoader::~CropLoader() = default;

CropBatch CropLoader::next() {
  const auto start = std::chrono::steady_clock::now();
  const std::unique_ptr<Pending> front = std::move(state_->pending.front());
  state_->pending.pop_front();
  state_->submit_batch();
  for (const std::future<void>& read : front->reads) {
    read.wait(); // all of them, before anything is thrown: they write into the batch
  }
  state_->waited_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (std::future<void>& read : front->reads) {
    read.get();
  }
  return std::move(front->batch);
}

double CropLoader::waited_seconds() const { return state_->waited_seconds; }

} // namespace brainmvp::store
